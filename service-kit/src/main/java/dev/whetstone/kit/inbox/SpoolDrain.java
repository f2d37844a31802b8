package dev.whetstone.kit.inbox;

import dev.whetstone.contracts.event.EventData;
import dev.whetstone.kit.work.DatabaseRetry;
import dev.whetstone.kit.work.RetryBackoff;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Takes the spooled events of a topic into effect, the queues in turns, each queue in one thread at
 * a time. The row of an event is deleted in the transaction of its effect, so that several
 * instances can drain the same queue: the one that comes second finds no row.
 *
 * @param <D> the events of the topic
 */
public final class SpoolDrain<D extends EventData> {
  private static final Logger LOG = Logger.getLogger(SpoolDrain.class);

  /** An instance looks this often for events that another one spooled before it ended. */
  private static final Duration IDLE_CHECK = Duration.ofSeconds(5);

  /** A turn waits this long, at most, for polls that are being taken into effect. */
  private static final Duration YIELD = Duration.ofMillis(250);

  private static final RetryBackoff BACKOFF =
      RetryBackoff.doubling(Duration.ofMillis(200), Duration.ofSeconds(10));

  private final EventConsumption consumption;
  private final EventSpool spool;
  private final SpoolConfig config;
  private final String topic;
  private final Class<D> topicEvents;
  private final EventEffect<D> effect;
  private final EventLoad.Estimate<D> estimate;
  private final List<Thread> threads = new ArrayList<>();

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition work = lock.newCondition();
  private final Deque<EventSpool.Queue> turns = new ArrayDeque<>();
  private final Set<EventSpool.Queue> busy = new HashSet<>();
  private int polls;
  private boolean woken = true;
  private boolean stopped;

  SpoolDrain(
      EventConsumption consumption,
      EventSpool spool,
      SpoolConfig config,
      String topic,
      Class<D> topicEvents,
      EventEffect<D> effect,
      EventLoad.Estimate<D> estimate) {
    this.consumption = consumption;
    this.spool = spool;
    this.config = config;
    this.topic = topic;
    this.topicEvents = topicEvents;
    this.effect = effect;
    this.estimate = estimate;
  }

  /** Starts the threads. */
  public void start() {
    for (int i = 0; i < config.workers(); i++) {
      threads.add(Thread.ofPlatform().name("spool-" + topic + "-" + i).daemon().start(this::run));
    }
  }

  /** Ends the threads after their transactions; returns when they have ended. */
  public void stop() {
    lock.lock();
    try {
      stopped = true;
      work.signalAll();
    } finally {
      lock.unlock();
    }
    for (Thread thread : threads) {
      try {
        thread.join(Duration.ofSeconds(30));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  /** Tells that events were spooled. */
  void wake() {
    lock.lock();
    try {
      woken = true;
      work.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Polls come before turns: what is spooled waits anyway, and a poll can hold any tenant's events.
   */
  void pollBegins() {
    lock.lock();
    try {
      polls++;
    } finally {
      lock.unlock();
    }
  }

  void pollEnds() {
    lock.lock();
    try {
      polls--;
      work.signalAll();
    } finally {
      lock.unlock();
    }
  }

  EventEffect<D> effect() {
    return effect;
  }

  List<PolledEvent<D>> read(List<ConsumerRecord<String, byte[]>> records) {
    return PolledEvent.withLoads(
        records.stream().map(each -> PolledEvent.read(each, topicEvents)).toList(), estimate);
  }

  private void run() {
    int failures = 0;
    while (true) {
      EventSpool.Queue queue = null;
      try {
        queue = next();
        if (queue == null) {
          return;
        }
        turn(queue);
        failures = 0;
      } catch (RuntimeException e) {
        Duration pause = BACKOFF.pause(++failures);
        LOG.warnf("spool-turn-failed retry-in=%s reason=%s", pause, DatabaseRetry.rootMessage(e));
        LOG.debug("spool-turn-failed", e);
        pause(pause);
      } finally {
        release(queue);
      }
    }
  }

  /** The queue whose turn it is; waits while there is none. Null when the drain has stopped. */
  private EventSpool.@Nullable Queue next() {
    lock.lock();
    try {
      long patience = YIELD.toNanos();
      while (!stopped) {
        if (polls > 0 && patience > 0) {
          patience = work.awaitNanos(patience);
          continue;
        }
        if (woken) {
          woken = false;
          spool.queues(topic).stream().filter(queue -> !turns.contains(queue)).forEach(turns::add);
        }
        Optional<EventSpool.Queue> free =
            turns.stream().filter(queue -> !busy.contains(queue)).findFirst();
        if (free.isPresent()) {
          turns.remove(free.get());
          busy.add(free.get());
          return free.get();
        }
        if (!work.await(IDLE_CHECK.toMillis(), TimeUnit.MILLISECONDS)) {
          woken = true;
        }
        patience = YIELD.toNanos();
      }
      return null;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return null;
    } finally {
      lock.unlock();
    }
  }

  private void release(EventSpool.@Nullable Queue queue) {
    if (queue == null) {
      return;
    }
    lock.lock();
    try {
      busy.remove(queue);
      woken = true;
      work.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Takes some events of a queue into effect; false when there was none. */
  boolean turn(EventSpool.Queue queue) {
    List<EventSpool.Waiting> waiting =
        spool.first(queue, config.rowsPerTurn(), config.bytesPerTurn());
    if (waiting.isEmpty()) {
      return false;
    }
    Map<ConsumerRecord<String, byte[]>, Long> ids = new IdentityHashMap<>();
    waiting.forEach(each -> ids.put(each.origin(), each.id()));
    List<PolledEvent<D>> events = read(waiting.stream().map(EventSpool.Waiting::origin).toList());
    consumption.consumeTaken(events, effect, polled -> taken(polled, ids));
    return true;
  }

  private List<PolledEvent<D>> taken(
      List<PolledEvent<D>> polled, Map<ConsumerRecord<String, byte[]>, Long> ids) {
    Set<Long> own =
        Set.copyOf(spool.take(polled.stream().map(event -> ids.get(event.origin())).toList()));
    return polled.stream().filter(event -> own.contains(ids.get(event.origin()))).toList();
  }

  private void pause(Duration time) {
    lock.lock();
    try {
      long left = time.toNanos();
      while (!stopped && left > 0) {
        left = work.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
  }
}
