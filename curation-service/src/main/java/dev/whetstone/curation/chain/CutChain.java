package dev.whetstone.curation.chain;

import dev.whetstone.curation.example.Example;
import dev.whetstone.curation.feature.FeatureExtractor;
import dev.whetstone.curation.feature.FeatureKind;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Runs the examples of a cut through the stages in order; a pure function of its arguments. */
public final class CutChain {
  private static final Comparator<Example> STABLE =
      Comparator.comparing(Example::id)
          .thenComparing(example -> example.provenance().toString())
          .thenComparing(example -> example.scores().toString());

  private final List<CutStage> stages;

  public CutChain(List<CutStage> stages) {
    this.stages = List.copyOf(stages);
  }

  public List<String> stageNames() {
    return stages.stream().map(CutStage::name).toList();
  }

  /** Kinds of features that the stages use. */
  public Set<FeatureKind> featureKinds() {
    return stages.stream()
        .flatMap(stage -> stage.features().stream())
        .map(FeatureExtractor::kind)
        .collect(Collectors.toSet());
  }

  /**
   * Runs all stages.
   *
   * @param examples with distinct ids; of several with the same id one is used, the same one
   *     whatever their order
   */
  public CutOutcome run(List<Example> examples, CutContext context) {
    Map<String, Example> current = byId(examples);
    CutContext ordered = ordered(context);
    var dropped = new ArrayList<DroppedExample>();
    var counts = new ArrayList<StageCount>();
    for (CutStage stage : stages) {
      int in = current.size();
      List<CutJudgement> judgements = stage.decide(List.copyOf(current.values()), ordered);
      Map<String, Integer> reasons = apply(stage.name(), judgements, current, dropped);
      counts.add(new StageCount(stage.name(), in, current.size(), reasons));
    }
    dropped.sort(Comparator.comparing(DroppedExample::exampleId));
    return new CutOutcome(
        List.copyOf(byId(current.values()).values()), dropped, new Funnel(counts));
  }

  private static Map<String, Integer> apply(
      String stage,
      List<CutJudgement> judgements,
      Map<String, Example> current,
      List<DroppedExample> dropped) {
    var reasons = new TreeMap<String, Integer>();
    for (CutJudgement one : judgements) {
      String id = one.exampleId();
      StageJudgement judgement = one.judgement();
      if (!current.containsKey(id)) {
        throw new IllegalStateException("stage " + stage + " judged " + id + ", not in the cut");
      }
      switch (judgement) {
        case StageJudgement.Keep() -> {}
        case StageJudgement.Changed(Example changed, _) -> current.put(id, changed);
        case StageJudgement.Quarantine(String reason, _) -> {
          current.remove(id);
          reasons.merge(reason, 1, Integer::sum);
          dropped.add(new DroppedExample(id, stage, judgement));
        }
        case StageJudgement.Reject(String reason, _) -> {
          current.remove(id);
          reasons.merge(reason, 1, Integer::sum);
          dropped.add(new DroppedExample(id, stage, judgement));
        }
      }
    }
    return reasons;
  }

  private static CutContext ordered(CutContext context) {
    return new CutContext(
        context.spec(),
        context.accepted().stream().sorted(STABLE).toList(),
        context.pending().stream().sorted(STABLE).toList(),
        context.suiteItems().stream().sorted(Comparator.comparing(item -> item.id())).toList(),
        context.interactions(),
        context.others().stream().sorted(STABLE).toList(),
        context.findings(),
        context.seed(),
        context.features());
  }

  private static Map<String, Example> byId(Collection<Example> examples) {
    var byId = new TreeMap<String, Example>();
    examples.stream().sorted(STABLE).forEach(example -> byId.putIfAbsent(example.id(), example));
    return byId;
  }
}
