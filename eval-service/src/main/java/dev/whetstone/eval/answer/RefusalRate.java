package dev.whetstone.eval.answer;

import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.eval.item.EvaluationItem;
import dev.whetstone.eval.serving.ServingPort.Answer;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Questions that the model server refused to put to the champion. It refuses by what was asked, so
 * where it refuses many, scores say something of the server's limits and nothing of the models.
 * What it refuses to put to the candidate alone stays a wrong answer: then it is the adapter's
 * doing.
 *
 * @param asked of the champion
 * @param first what the server had against the first of them
 */
public record RefusalRate(int asked, int refused, @Nullable String first) {
  /** The finish reason under which a refused question is kept. */
  static final String FINISH = "refused";

  /**
   * @param answers of the champion by question
   * @param refusals what the server said, by question
   */
  public static RefusalRate of(
      List<EvaluationItem> items, Map<String, Answer> answers, Map<String, String> refusals) {
    List<String> refused =
        items.stream()
            .filter(item -> !item.shadow())
            .map(EvaluationItem::questionSha256)
            .filter(question -> answers.get(question) instanceof Answer answer && is(answer))
            .toList();
    return new RefusalRate(
        (int) items.stream().filter(item -> !item.shadow()).count(),
        refused.size(),
        refused.stream().filter(refusals::containsKey).map(refusals::get).findFirst().orElse(null));
  }

  private static boolean is(Answer answer) {
    return answer.finishReason().equals(FINISH);
  }

  /** Why the measurement is void, if it is. */
  public List<String> doubts(LoopSpec.Evaluation rules) {
    double most = rules.maxDiscordance();
    return asked == 0 || (double) refused / asked <= most
        ? List.of()
        : List.of(
            String.format(
                Locale.ROOT,
                "the model server refused %d of %d questions to the champion, more than %.3f of"
                    + " them (%s); lower spec.evaluation.maxTokens, now %d, or see the server's log",
                refused,
                asked,
                most,
                first == null ? "it did not say why" : first,
                rules.maxTokens()));
  }
}
