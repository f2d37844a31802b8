package dev.whetstone.eval.probe;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.whetstone.contracts.chat.ChatMessage;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Prompts of an evaluation that the candidate and the base answered differently, with both answers.
 * A replica that applies the adapter repeats the candidate's answers; one that does not gives the
 * base's.
 *
 * @param tolerance share of the answers that may differ from the recorded ones although the adapter
 *     is applied, 0 to 1
 * @param maxTokens limit of each answer, as in the evaluation
 */
public record EffectProbe(double tolerance, int maxTokens, List<Prompt> prompts) {
  public EffectProbe {
    prompts = List.copyOf(prompts);
  }

  /**
   * @param itemKey the evaluation's item that the prompt comes from
   * @param candidate the candidate's answer; null for an empty one
   * @param base the base's answer; null for an empty one
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Prompt(
      String itemKey,
      List<ChatMessage> messages,
      @Nullable List<Map<String, Object>> tools,
      @Nullable String candidate,
      @Nullable String base) {
    public Prompt {
      messages = List.copyOf(messages);
    }
  }
}
