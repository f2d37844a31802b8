package dev.whetstone.curation.stage.quality;

import dev.whetstone.curation.chain.AdmissionContext;
import dev.whetstone.curation.chain.AdmissionFacts;
import dev.whetstone.curation.chain.AdmissionStage;
import dev.whetstone.curation.chain.ReasonCodes;
import dev.whetstone.curation.chain.StageJudgement;
import dev.whetstone.curation.example.Example;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** Scores an example and rejects it below the loop's {@code minScore}. */
public final class QualityStage implements AdmissionStage {
  private final Optional<ExampleJudge> judge;

  /**
   * @param judge empty where the installation has none; its score is then left out
   */
  public QualityStage(Optional<ExampleJudge> judge) {
    this.judge = judge;
  }

  @Override
  public String name() {
    return "quality";
  }

  @Override
  public StageJudgement judge(Example example, AdmissionContext context) {
    Map<String, Double> scores = QualityScore.of(example, facts(example, context));
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

  private Map<String, Object> facts(Example example, AdmissionContext context) {
    OptionalDouble score = judge.map(port -> port.score(example)).orElseGet(OptionalDouble::empty);
    if (score.isEmpty()) {
      return context.facts();
    }
    Map<String, Object> facts = new HashMap<>(context.facts());
    facts.put(AdmissionFacts.JUDGE, score.getAsDouble());
    return facts;
  }
}
