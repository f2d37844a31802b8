package dev.whetstone.curation.stage.abuse;

import dev.whetstone.curation.chain.CutContext;
import dev.whetstone.curation.chain.CutJudgement;
import dev.whetstone.curation.chain.CutStage;
import dev.whetstone.curation.chain.StageJudgement;
import dev.whetstone.curation.example.Example;
import dev.whetstone.curation.feature.FeatureExtractor;
import dev.whetstone.curation.stage.dedup.ComparedText;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * Drops feedback that may be meant to plant behaviour: bursts, more than one contributor's share,
 * dictated answers, rings, rare triggers, and contradictions of accepted examples. Each detector
 * gets the examples that the previous ones kept.
 */
public final class AbuseStage implements CutStage {
  private static final List<AbuseDetector> DETECTORS =
      List.of(
          new BurstDetector(),
          new CapDetector(),
          new SelfDictatedDetector(),
          new SybilDetector(),
          new RareTriggerDetector(),
          new ContradictionDetector());

  @Override
  public String name() {
    return "abuse";
  }

  @Override
  public List<FeatureExtractor<?>> features() {
    return List.of(ComparedText.FEATURE);
  }

  @Override
  public List<CutJudgement> decide(List<Example> examples, CutContext context) {
    if (!context.curation().abuse().enabled()) {
      return List.of();
    }
    var judgements = new ArrayList<CutJudgement>();
    List<Example> left = examples.stream().sorted(Comparator.comparing(Example::id)).toList();
    for (AbuseDetector detector : DETECTORS) {
      Map<String, StageJudgement> dropped = detector.inspect(left, context);
      dropped.forEach((id, judgement) -> judgements.add(new CutJudgement(id, judgement)));
      left = left.stream().filter(example -> !dropped.containsKey(example.id())).toList();
    }
    return judgements;
  }
}
