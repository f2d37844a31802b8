package dev.whetstone.curation.erasure;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.curation.tombstone.Tombstone;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One erasure in one loop.
 *
 * @param conversationKey split subject of an erased conversation
 * @param arrival number of the last event that had arrived when it was requested
 * @param done whether nothing of the subject is left in curation's rows of the loop
 * @param events number of events whose content was erased
 * @param examples number of examples erased
 * @param tainted ids of the sealed batches that hold some of them
 */
public record Erasure(
    String erasureId,
    LoopId loop,
    Tombstone tombstone,
    @Nullable String conversationKey,
    long arrival,
    boolean done,
    int events,
    int examples,
    List<String> tainted,
    Instant requestedAt,
    @Nullable Instant doneAt) {
  public Erasure {
    tainted = List.copyOf(tainted);
  }

  /** Unique key. */
  String key() {
    return loop.key() + "/" + erasureId;
  }
}
