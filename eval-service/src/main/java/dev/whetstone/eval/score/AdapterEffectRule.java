package dev.whetstone.eval.score;

import dev.whetstone.eval.answer.RefusalRate;
import dev.whetstone.eval.decision.DecisionFacts.Effect;
import dev.whetstone.eval.serving.ServingPort.Answer;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;

/** Decides whether a model's answers show that its adapter changes the base. */
public final class AdapterEffectRule {
  /** The start of the fault; documented, so that callers can recognise it. */
  public static final String CODE = "adapter-has-no-effect";

  /** With fewer comparable answers no claim is made. */
  static final int LEAST_ANSWERS = 8;

  private AdapterEffectRule() {}

  /** Counts the items that base and model both answered, and those they answered differently. */
  public static Effect measure(List<ScoredItem> items, Function<ScoredItem, Answer> model) {
    int compared = 0;
    int differing = 0;
    for (ScoredItem scored : items) {
      Answer base = scored.base();
      Answer answer = model.apply(scored);
      if (base == null || RefusalRate.isRefused(base) || RefusalRate.isRefused(answer)) {
        continue;
      }
      compared++;
      differing += Objects.equals(base.text(), answer.text()) ? 0 : 1;
    }
    return new Effect(compared, differing);
  }

  /** The fault of a candidate whose answers all equal the base's. */
  public static Optional<String> fault(Effect candidate) {
    return isWithoutEffect(candidate)
        ? Optional.of(
            ("%s: the candidate's answers differ from the base's on 0 of %d items; train it again,"
                    + " or check in the model server's log that it applies the adapter")
                .formatted(CODE, candidate.compared()))
        : Optional.empty();
  }

  /** A doubt about the evaluation's server if it gives the base's answers for a champion, too. */
  public static Optional<String> doubt(Effect champion) {
    return isWithoutEffect(champion)
        ? Optional.of(
            ("the evaluation's model server answers as the base for the champion, too, on %d of %d"
                    + " items: it does not apply adapters; restart it with LoRA enabled")
                .formatted(champion.compared(), champion.compared()))
        : Optional.empty();
  }

  private static boolean isWithoutEffect(Effect effect) {
    return effect.compared() >= LEAST_ANSWERS && effect.differing() == 0;
  }
}
