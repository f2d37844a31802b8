package dev.whetstone.curation.erasure;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.curation.tombstone.Tombstone;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One erasure in one loop.
 *
 * @param conversationKey split subject of an erased conversation
 * @param events number of events whose content was erased
 * @param examples number of examples erased
 * @param batches number of batches tainted
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

  /** Unique key. */
  String key() {
    return loop.key() + "/" + erasureId;
  }
}
