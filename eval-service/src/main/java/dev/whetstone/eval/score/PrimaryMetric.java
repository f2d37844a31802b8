package dev.whetstone.eval.score;

import dev.whetstone.contracts.loop.GateRole;
import dev.whetstone.eval.item.EvaluationItem;
import dev.whetstone.eval.quality.AnswerHealth;
import dev.whetstone.eval.quality.FormatPattern;
import dev.whetstone.eval.quality.ReferenceMatch;
import org.jspecify.annotations.Nullable;

/**
 * The primary metric of an item: match with the reference by content, else with the pattern, else
 * soundness of the answer. FORMAT requires a sound answer that matches the pattern.
 */
public final class PrimaryMetric {
  private PrimaryMetric() {}

  /** The score of an answer, 0 to 1. */
  public static double score(EvaluationItem item, @Nullable String answer, String finishReason) {
    if (item.role() == GateRole.FORMAT) {
      boolean sound = AnswerHealth.of(answer, finishReason, item.reference()).sound();
      return sound && matches(item, answer) ? 1 : 0;
    }
    if (item.reference() != null) {
      return ReferenceMatch.exact(answer, item.reference());
    }
    return item.pattern() != null
        ? new FormatPattern(item.pattern()).score(answer)
        : AnswerHealth.of(answer, finishReason, null).sound() ? 1 : 0;
  }

  /** The name of a role's scores. */
  static String metric(GateRole role) {
    return role == GateRole.FORMAT ? "well_formed" : "exact_match";
  }

  private static boolean matches(EvaluationItem item, @Nullable String answer) {
    return item.pattern() == null || new FormatPattern(item.pattern()).score(answer) == 1;
  }
}
