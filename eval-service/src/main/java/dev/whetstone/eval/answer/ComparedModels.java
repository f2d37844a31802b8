package dev.whetstone.eval.answer;

import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.eval.champion.Champion;
import dev.whetstone.eval.evaluation.FrozenInputs;
import java.util.List;
import java.util.Optional;

/** The models that an evaluation compares. */
public record ComparedModels(Model base, Model champion, Model candidate) {
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
    return new ComparedModels(
        base,
        champion.isBase()
            ? base
            : Model.ofCheckpoint(champion.servedName(), String.valueOf(champion.checkpointId())),
        Model.ofCheckpoint(frozen.candidateName(), checkpointId));
  }

  /** The models without duplicates. */
  public List<Model> distinct() {
    return champion.equals(base)
        ? List.of(champion, candidate)
        : List.of(champion, candidate, base);
  }
}
