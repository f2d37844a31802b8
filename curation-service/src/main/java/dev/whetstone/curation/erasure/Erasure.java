package dev.whetstone.curation.erasure;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.curation.tombstone.Tombstone;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What one erasure does in one loop.
 *
 * @param conversationKey of an erased conversation, as the split knows it
 * @param events whose content is gone
 * @param examples that are gone
 * @param batches that were tainted
 */
public record Erasure(
    String erasureId,
    LoopId loop,
    Tombstone tombstone,
    @Nullable String conversationKey,
    boolean done,
    int events,
    int examples,
    int batches,
    Instant requestedAt,
    @Nullable Instant doneAt) {

  /** Tells it from all others. */
  String key() {
    return loop.key() + "/" + erasureId;
  }
}
