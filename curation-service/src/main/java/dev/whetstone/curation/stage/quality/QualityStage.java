package dev.whetstone.curation.stage.quality;

import dev.whetstone.curation.chain.AdmissionContext;
import dev.whetstone.curation.chain.AdmissionStage;
import dev.whetstone.curation.chain.ReasonCodes;
import dev.whetstone.curation.chain.StageJudgement;
import dev.whetstone.curation.example.Example;
import java.util.Locale;
import java.util.Map;

/** Scores an example; below the loop's {@code minScore} it is not used. */
public final class QualityStage implements AdmissionStage {
  @Override
  public String name() {
    return "quality";
  }

  @Override
  public StageJudgement judge(Example example, AdmissionContext context) {
    Map<String, Double> scores = QualityScore.of(example, context.facts());
    double quality = scores.get(QualityScore.QUALITY);
    double least = context.curation().quality().minScore();
    if (quality < least) {
      return new StageJudgement.Reject(
          ReasonCodes.LOW_SCORE,
          String.format(
              Locale.ROOT, "quality %.2f; curation.quality.minScore is %.2f", quality, least));
    }
    Example scored = example;
    for (Map.Entry<String, Double> score : scores.entrySet()) {
      scored = scored.withScore(score.getKey(), score.getValue());
    }
    return scored.equals(example)
        ? StageJudgement.keep()
        : new StageJudgement.Changed(scored, String.format(Locale.ROOT, "quality %.2f", quality));
  }
}
