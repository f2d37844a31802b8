package dev.whetstone.eval.score;

import dev.whetstone.contracts.loop.GateRole;
import dev.whetstone.eval.decision.DecisionFacts.ModelFacts;
import dev.whetstone.eval.quality.AnswerHealth;
import dev.whetstone.eval.quality.HeldOutLikelihood;
import dev.whetstone.eval.quality.ReferenceMatch;
import dev.whetstone.eval.serving.ServingPort.Answer;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Computes informational figures over one model's answers. */
public final class ModelFactsCalculator {
  private ModelFactsCalculator() {}

  /**
   * @param answer gives the model's answer to an item; null if it was not asked
   */
  public static ModelFacts of(
      List<ScoredItem> items,
      Function<ScoredItem, @Nullable Answer> answer,
      @Nullable HeldOutLikelihood heldOut) {
    List<Double> exact = new ArrayList<>();
    List<Double> normalised = new ArrayList<>();
    List<AnswerHealth> health = new ArrayList<>();
    long tokens = 0;
    for (ScoredItem scored : items) {
      Answer given = answer.apply(scored);
      if (given == null) {
        continue;
      }
      String reference = scored.item().reference();
      tokens += given.completionTokens();
      health.add(AnswerHealth.of(given.text(), given.finishReason(), reference));
      if (reference != null && scored.item().role() == GateRole.FRESH) {
        exact.add(ReferenceMatch.exact(given.text(), reference));
        normalised.add(ReferenceMatch.normalised(given.text(), reference));
      }
    }
    int answers = health.size();
    return new ModelFacts(
        answers,
        mean(exact),
        mean(normalised),
        heldOut == null ? null : heldOut.loss(),
        heldOut == null ? null : heldOut.tokenAccuracy(),
        share(health, AnswerHealth::empty),
        share(health, one -> !one.terminated()),
        health.stream().mapToDouble(AnswerHealth::repetition).average().orElse(0),
        mean(
            health.stream().map(AnswerHealth::lengthRatio).filter(ratio -> ratio != null).toList()),
        answers == 0 ? 0 : (double) tokens / answers);
  }

  private static double share(List<AnswerHealth> health, Function<AnswerHealth, Boolean> is) {
    return health.stream().mapToDouble(one -> is.apply(one) ? 1 : 0).average().orElse(0);
  }

  private static @Nullable Double mean(List<Double> values) {
    OptionalDouble mean = values.stream().mapToDouble(Double::doubleValue).average();
    return mean.isPresent() ? mean.getAsDouble() : null;
  }
}
