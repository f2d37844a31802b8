package dev.whetstone.kit.inbox;

import dev.whetstone.contracts.event.EventData;
import dev.whetstone.kit.sql.DatabaseFaults;
import dev.whetstone.kit.sql.DatabaseFaults.FaultKind;
import dev.whetstone.kit.work.DatabaseRetry;
import dev.whetstone.kit.work.RetryBackoff;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The way of one poll's events through their transactions. A chunk that fails twice is halved, down
 * to the single event that fails by itself, which is given up. Events of a loop whose locks another
 * transaction holds go to the end of the poll; the other loops' events come first. While the
 * database cannot be reached, nothing is split or given up.
 *
 * @param <D> the events of the topic
 */
final class PollConsumption<D extends EventData> {
  private static final Logger LOG = Logger.getLogger(PollConsumption.class);
  private static final int ATTEMPTS_IN_ONE_PIECE = 2;
  private final ConsumptionConfig config;
  private final RetryBackoff backoff;
  private final Transactions<D> transactions;

  /** Events of loops whose locks another transaction holds, until the end of the poll. */
  private final Map<String, List<PolledEvent<D>>> postponed = new LinkedHashMap<>();

  /** What the poll needs of the service. */
  interface Transactions<D extends EventData> {
    /** Returns the fault that ended the transaction, null when it committed. */
    @Nullable RuntimeException attempt(List<PolledEvent<D>> events);

    boolean databaseAnswers();

    /** Returns when the event is a dead letter. */
    void giveUp(PolledEvent<D> event, RuntimeException fault);
  }

  PollConsumption(ConsumptionConfig config, RetryBackoff backoff, Transactions<D> transactions) {
    this.config = config;
    this.backoff = backoff;
    this.transactions = transactions;
  }

  /**
   * Returns when all events took effect or were given up.
   *
   * @param rows of a transaction at first
   * @return rows that the next poll begins with
   */
  int run(List<PolledEvent<D>> events, int rows) {
    var sizes = new ChunkRowsPolicy(config.rows(), config.targetTime());
    int allowed = rows;
    for (List<PolledEvent<D>> chunk : chunks(events)) {
      for (int from = 0; from < chunk.size(); ) {
        int to = Math.min(chunk.size(), from + allowed);
        long start = System.nanoTime();
        settle(unheld(chunk.subList(from, to)), true);
        allowed = sizes.next(allowed, Duration.ofNanos(System.nanoTime() - start));
        from = to;
      }
    }
    while (!postponed.isEmpty()) {
      List<PolledEvent<D>> held = postponed.remove(postponed.keySet().iterator().next());
      chunks(held).forEach(chunk -> settle(chunk, false));
    }
    return allowed;
  }

  private List<List<PolledEvent<D>>> chunks(List<PolledEvent<D>> events) {
    return new EventChunkPolicy(config.rows(), config.bytes(), config.rowsPerTurn())
        .chunks(
            events,
            PolledEvent::loop,
            event ->
                new EventChunkPolicy.Cost(
                    event.bytes(), event.load().shared(), event.load().bytes()));
  }

  /** The events of loops that are not postponed; later events of a postponed loop wait, too. */
  private List<PolledEvent<D>> unheld(List<PolledEvent<D>> chunk) {
    List<PolledEvent<D>> unheld = new ArrayList<>();
    for (PolledEvent<D> event : chunk) {
      List<PolledEvent<D>> held = postponed.get(event.loop());
      if (held == null) {
        unheld.add(event);
      } else {
        held.add(event);
      }
    }
    return unheld;
  }

  /**
   * @param postpone whether events of a loop whose locks are held may wait until the end of the
   *     poll
   */
  private void settle(List<PolledEvent<D>> events, boolean postpone) {
    if (events.isEmpty()) {
      return;
    }
    int attempt = 0;
    for (int failures = 1; ; failures++) {
      RuntimeException fault = transactions.attempt(events);
      if (fault == null) {
        return;
      }
      FaultKind kind = DatabaseFaults.kind(fault);
      boolean reachable =
          kind == FaultKind.OWN
              || (kind != FaultKind.UNREACHABLE && transactions.databaseAnswers());
      if (reachable) {
        attempt++;
        if (kind == FaultKind.CONTENTION && postpone) {
          apart(events);
          return;
        }
        if (isLast(kind, events.size(), attempt)) {
          halveOrGiveUp(events, fault, postpone);
          return;
        }
      }
      pause(failures, fault);
    }
  }

  private boolean isLast(FaultKind kind, int events, int attempt) {
    if (kind == FaultKind.OWN) {
      return true;
    }
    if (events > 1) {
      return attempt >= ATTEMPTS_IN_ONE_PIECE;
    }
    return attempt >= (kind == FaultKind.CONTENTION ? config.attemptsAtLocks() : config.attempts());
  }

  private void halveOrGiveUp(
      List<PolledEvent<D>> events, RuntimeException fault, boolean postpone) {
    if (events.size() == 1) {
      transactions.giveUp(events.getFirst(), fault);
      return;
    }
    int half = events.size() / 2;
    settle(events.subList(0, half), postpone);
    settle(unheldOr(events.subList(half, events.size()), postpone), postpone);
  }

  private List<PolledEvent<D>> unheldOr(List<PolledEvent<D>> events, boolean postpone) {
    return postpone ? unheld(events) : events;
  }

  /** Each loop by itself; a single loop that waits for a lock is postponed. */
  private void apart(List<PolledEvent<D>> events) {
    Map<String, List<PolledEvent<D>>> byLoop = new LinkedHashMap<>();
    events.forEach(
        event -> byLoop.computeIfAbsent(event.loop(), _ -> new ArrayList<>()).add(event));
    if (byLoop.size() == 1) {
      byLoop.forEach((loop, own) -> postponed.put(loop, own));
    } else {
      byLoop.values().forEach(own -> settle(own, true));
    }
  }

  private void pause(int failures, RuntimeException fault) {
    Duration pause = backoff.pause(failures);
    LOG.warnf("transaction-failed retry-in=%s reason=%s", pause, DatabaseRetry.rootMessage(fault));
    LockSupport.parkNanos(pause.toNanos());
    if (Thread.currentThread().isInterrupted()) {
      throw fault;
    }
  }
}
