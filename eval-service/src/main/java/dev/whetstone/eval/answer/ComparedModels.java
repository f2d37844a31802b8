package dev.whetstone.eval.answer;

import dev.whetstone.contracts.loop.GateRole;
import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.eval.champion.Champion;
import dev.whetstone.eval.evaluation.FrozenInputs;
import dev.whetstone.eval.item.EvaluationItem;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The models that an evaluation compares. */
public record ComparedModels(
    Model base, Model champion, Model candidate, Map<Champion, Model> anchors) {
  public ComparedModels {
    anchors = Collections.unmodifiableMap(new LinkedHashMap<>(anchors));
  }

  /** The roles whose losses are bounded against the base and the anchors. */
  public static final Set<GateRole> ANCHORED = Set.of(GateRole.RETAIN, GateRole.FORGET);

  /**
   * @param servedName its name on the server
   * @param key under which its answers are stored: identifies the weights, not the server
   */
  public record Model(String servedName, String key) {
    private static final String CHECKPOINT = "checkpoint:";

    static Model ofCheckpoint(String servedName, String checkpointId) {
      return new Model(servedName, CHECKPOINT + checkpointId);
    }

    /** Empty for the base. */
    public Optional<String> checkpointId() {
      return key.startsWith(CHECKPOINT)
          ? Optional.of(key.substring(CHECKPOINT.length()))
          : Optional.empty();
    }
  }

  public static ComparedModels of(LoopSpec loop, FrozenInputs frozen, String checkpointId) {
    LoopSpec.BaseModel baseModel = loop.spec().baseModel();
    Model base =
        new Model(
            loop.spec().serving().baseName(),
            "base:" + (baseModel.sha256() == null ? baseModel.uri() : baseModel.sha256()));
    Champion champion = frozen.champion();
    Map<Champion, Model> anchors = new LinkedHashMap<>();
    frozen.anchors().forEach(former -> anchors.put(former, model(former)));
    return new ComparedModels(
        base,
        champion.isBase() ? base : model(champion),
        Model.ofCheckpoint(frozen.candidateName(), checkpointId),
        anchors);
  }

  private static Model model(Champion champion) {
    return Model.ofCheckpoint(champion.servedName(), String.valueOf(champion.checkpointId()));
  }

  /**
   * The models that answer an item: base, champion and candidate the items of FRESH, and the
   * anchors as well the items of the roles that are bounded against them.
   */
  List<Model> asked(EvaluationItem item) {
    if (isAnchored(item)) {
      List<Model> models = new ArrayList<>(distinct());
      anchors.values().stream().filter(anchor -> !models.contains(anchor)).forEach(models::add);
      return models;
    }
    return item.role() == GateRole.FRESH ? distinct() : List.of(champion, candidate);
  }

  /** Whether the candidate's loss on an item is bounded against the base and the anchors, too. */
  public static boolean isAnchored(EvaluationItem item) {
    return ANCHORED.contains(item.role()) && !item.shadow();
  }

  /** The models without duplicates. */
  public List<Model> distinct() {
    return champion.equals(base)
        ? List.of(champion, candidate)
        : List.of(champion, candidate, base);
  }
}
