package dev.whetstone.kit.inbox;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a poll into chunks, one for each transaction: bounded by rows and bytes, with the loops in
 * turns, so that a loop with many events delays the others by no more than its turn. The events of
 * a loop keep their order. Pure.
 *
 * @param rows of a chunk, at most
 * @param bytes of a chunk, at most, unless it is a single event
 * @param rowsPerTurn of one loop before the next loop's turn
 */
record EventChunkPolicy(int rows, long bytes, int rowsPerTurn) {
  EventChunkPolicy {
    if (rows < 1 || bytes < 1 || rowsPerTurn < 1) {
      throw new IllegalArgumentException(
          "rows %d, bytes %d and rows per turn %d must be at least 1"
              .formatted(rows, bytes, rowsPerTurn));
    }
  }

  /**
   * What an event costs.
   *
   * @param own bytes of the event
   * @param shared what its effect reads besides, once for all events of a chunk with this name
   * @param sharedBytes bytes of that
   */
  record Cost(long own, @Nullable String shared, long sharedBytes) {}

  /** The chunks of these events, in order. */
  <T> List<List<T>> chunks(List<T> events, Function<T, String> loop, Function<T, Cost> cost) {
    Map<String, Deque<T>> queues = new LinkedHashMap<>();
    for (T event : events) {
      queues.computeIfAbsent(loop.apply(event), _ -> new ArrayDeque<>()).add(event);
    }
    List<List<T>> chunks = new ArrayList<>();
    Chunk<T> chunk = new Chunk<>();
    while (!queues.isEmpty()) {
      var turns = queues.values().iterator();
      while (turns.hasNext()) {
        Deque<T> queue = turns.next();
        for (int taken = 0; taken < rowsPerTurn && !queue.isEmpty(); taken++) {
          T event = queue.removeFirst();
          if (!chunk.fits(cost.apply(event))) {
            chunks.add(chunk.events);
            chunk = new Chunk<>();
          }
          chunk.add(event, cost.apply(event));
        }
        if (queue.isEmpty()) {
          turns.remove();
        }
      }
    }
    if (!chunk.events.isEmpty()) {
      chunks.add(chunk.events);
    }
    return chunks;
  }

  private final class Chunk<T> {
    private final List<T> events = new ArrayList<>();
    private final Set<String> shared = new HashSet<>();
    private long used;

    boolean fits(Cost cost) {
      return events.isEmpty() || (events.size() < rows && bytes(cost) <= bytes - used);
    }

    void add(T event, Cost cost) {
      used += bytes(cost);
      if (cost.shared() != null) {
        shared.add(cost.shared());
      }
      events.add(event);
    }

    private long bytes(Cost cost) {
      boolean read = cost.shared() != null && !shared.contains(cost.shared());
      return read ? cost.own() + cost.sharedBytes() : cost.own();
    }
  }
}
