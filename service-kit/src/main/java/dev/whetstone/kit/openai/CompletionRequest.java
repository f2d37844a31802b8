package dev.whetstone.kit.openai;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A request for one completion of a prompt of token ids.
 *
 * @param temperature 0 for a greedy completion
 * @param maxTokens of the completion
 * @param promptLogprobs how many alternatives to score at each position of the prompt (vLLM's
 *     {@code prompt_logprobs}); absent for no scores
 */
public record CompletionRequest(
    String model,
    List<Integer> promptTokens,
    double temperature,
    int maxTokens,
    @Nullable Integer promptLogprobs) {
  public CompletionRequest {
    promptTokens = List.copyOf(promptTokens);
  }
}
