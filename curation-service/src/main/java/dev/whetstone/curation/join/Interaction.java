package dev.whetstone.curation.join;

import dev.whetstone.contracts.EventKey;
import dev.whetstone.contracts.batch.Split;
import dev.whetstone.contracts.event.InteractionRecorded;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The row of a response id. Feedback that arrives first creates a row without an interaction.
 *
 * @param key absent until the interaction has arrived
 * @param conversationKey the subject of the split
 * @param consent false when training on it is not allowed; its text is then not kept
 * @param recorded absent without consent and after erasure
 */
public record Interaction(
    String responseId,
    @Nullable EventKey key,
    @Nullable String conversationKey,
    @Nullable String conversationId,
    @Nullable Split split,
    @Nullable String endUserDigest,
    @Nullable Instant receivedAt,
    boolean consent,
    @Nullable InteractionRecorded recorded) {

  /** Whether the interaction has arrived, erased or not. */
  public boolean known() {
    return key != null;
  }
}
