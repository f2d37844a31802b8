package dev.whetstone.curation.stage.balance;

import dev.whetstone.contracts.batch.Split;
import dev.whetstone.contracts.event.FindingReported.WeakSlice;
import dev.whetstone.curation.chain.CutContext;
import dev.whetstone.curation.chain.CutJudgement;
import dev.whetstone.curation.chain.CutStage;
import dev.whetstone.curation.chain.StageJudgement;
import dev.whetstone.curation.example.Example;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Gives train examples their sample weight: quality relative to the batch's mean, raised for weak
 * slices (by up to 50 % for a slice with score 0), between 0.25 and 2. Held-out examples have
 * weight 1.
 */
public final class FindingsStage implements CutStage {
  public static final double LEAST_WEIGHT = 0.25;
  public static final double MOST_WEIGHT = 2;

  private static final double BOOST = 0.5;
  private static final double ROUNDING = 10_000;

  @Override
  public String name() {
    return "findings";
  }

  @Override
  public List<CutJudgement> decide(List<Example> examples, CutContext context) {
    List<Example> train =
        examples.stream().filter(e -> e.provenance().split() == Split.TRAIN).toList();
    double mean = train.stream().mapToDouble(FindingsStage::quality).sorted().average().orElse(1);
    var judgements = new ArrayList<CutJudgement>();
    for (Example example : train) {
      double weight = mean <= 0 ? 1 : quality(example) / mean;
      double clipped =
          Math.clamp(weight * boost(example, context.findings()), LEAST_WEIGHT, MOST_WEIGHT);
      double rounded = Math.round(clipped * ROUNDING) / ROUNDING;
      if (rounded != example.sampleWeight()) {
        judgements.add(
            new CutJudgement(
                example.id(),
                new StageJudgement.Changed(
                    example.withSampleWeight(rounded),
                    String.format(Locale.ROOT, "weight %.2f", rounded))));
      }
    }
    return judgements;
  }

  private static double quality(Example example) {
    return example.scores().getOrDefault("quality", 0.5);
  }

  private static double boost(Example example, List<WeakSlice> findings) {
    return findings.stream()
        .filter(slice -> example.provenance().tags().contains(slice.slice()))
        .mapToDouble(slice -> 1 + BOOST * (1 - Math.clamp(slice.score(), 0.0, 1.0)))
        .max()
        .orElse(1);
  }
}
