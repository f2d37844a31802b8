package dev.whetstone.kit.openai;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;

/**
 * The first choice of a completion.
 *
 * @param promptLogprobs one object per position of the prompt, keyed by token id; missing when the
 *     request did not ask for it
 */
public record CompletionReply(String text, String finishReason, JsonNode promptLogprobs) {
  /**
   * The score of a prompt token.
   *
   * @param logprob natural logarithm of its probability
   * @param rank 1 for the most likely token of its position
   */
  public record PromptLogprob(double logprob, int rank) {}

  /** The score of a token at a position of the prompt; empty when the server gave none. */
  public Optional<PromptLogprob> promptLogprob(int position, int token) {
    JsonNode scored = promptLogprobs.path(position).path(Integer.toString(token));
    return scored.path("logprob").isNumber()
        ? Optional.of(
            new PromptLogprob(scored.path("logprob").asDouble(), scored.path("rank").asInt()))
        : Optional.empty();
  }
}
