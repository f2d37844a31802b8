package dev.whetstone.curation.join;

import dev.whetstone.contracts.EventKey;
import dev.whetstone.contracts.batch.Split;
import dev.whetstone.contracts.event.InteractionRecorded;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a response id. Feedback that comes first makes a row without an interaction.
 *
 * @param key absent until the interaction itself is there
 * @param conversationKey what the split was decided by
 * @param consent false when it may not be trained on; its text is not kept then
 * @param recorded absent without consent, and once erased
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

  /** Whether the interaction itself has come, erased or not. */
  public boolean known() {
    return key != null;
  }
}
