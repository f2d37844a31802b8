package dev.whetstone.eval.answer;

import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.eval.item.EvaluationItem;
import dev.whetstone.eval.serving.ServingPort.Answer;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How many of the champion's questions the model server refused. A refusal usually depends on the
 * question, so if there are many, the scores reflect the server's limits and not the models. A
 * question that is refused for the candidate only counts as a wrong answer: the adapter is the
 * cause.
 *
 * @param asked questions to the champion
 * @param first the server's message for the first refusal
 */
public record RefusalRate(int asked, int refused, @Nullable String first) {
  /** The finish reason that is stored for a refused question. */
  static final String FINISH = "refused";

  /**
   * @param answers the champion's answers by question digest
   * @param refusals the server's messages by question digest
   */
  public static RefusalRate of(
      List<EvaluationItem> items, Map<String, Answer> answers, Map<String, String> refusals) {
    List<String> refused =
        items.stream()
            .filter(item -> !item.shadow())
            .map(EvaluationItem::questionSha256)
            .filter(question -> answers.get(question) instanceof Answer answer && isRefused(answer))
            .toList();
    return new RefusalRate(
        (int) items.stream().filter(item -> !item.shadow()).count(),
        refused.size(),
        refused.stream().filter(refusals::containsKey).map(refusals::get).findFirst().orElse(null));
  }

  /** Whether an answer stands for a question that the server refused. */
  public static boolean isRefused(Answer answer) {
    return answer.finishReason().equals(FINISH);
  }

  /** Why the measurement is void; empty if it is valid. */
  public List<String> doubts(LoopSpec.Evaluation rules) {
    double most = rules.maxDiscordance();
    return asked == 0 || (double) refused / asked <= most
        ? List.of()
        : List.of(
            String.format(
                Locale.ROOT,
                "the model server refused %d of %d questions to the champion, more than the allowed"
                    + " share of %.3f (%s); lower spec.evaluation.maxTokens, now %d, or see the"
                    + " server's log",
                refused,
                asked,
                most,
                first == null ? "no reason given" : first,
                rules.maxTokens()));
  }
}
