package dev.whetstone.kit.work;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jboss.logging.Logger;

/**
 * The shape that scheduled reconcilers share. A pass is skipped while the previous one runs and
 * after {@link #stop()}. The failure of one item is logged once and does not keep the others from
 * their work; the next pass tries it again. Items run in the pass, one after another ({@link
 * #step}, {@link #untilIdle}), or each on a thread of its own ({@link #start}).
 *
 * <pre>{@code
 * private final ReconcileLoop loop = new ReconcileLoop("rollout", LOG);
 *
 * @Scheduled(every = "...", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
 * void pass() {
 *   loop.pass(() -> items().forEach(item -> loop.start(item.key(), () -> work(item))));
 * }
 *
 * void stop(@Observes ShutdownEvent shutdown) {
 *   loop.stop();
 * }
 * }</pre>
 */
public final class ReconcileLoop {
  private static final String PASS = "pass";
  private final Logger log;
  private final String name;
  private final RepeatedFailureLog failures;
  private final ItemThreads threads = new ItemThreads();
  private final AtomicBoolean inPass = new AtomicBoolean();
  private volatile boolean stopping;

  /**
   * A loop that logs failures by their message.
   *
   * @param name of the work, the first word of each log line
   */
  public ReconcileLoop(String name, Logger log) {
    this(name, log, RepeatedFailureLog::message);
  }

  /**
   * A loop that logs failures by a description of its own.
   *
   * @param describe the reason to log and to compare; must not quote payload
   */
  public ReconcileLoop(String name, Logger log, Function<Throwable, String> describe) {
    this.name = name;
    this.log = log;
    this.failures = new RepeatedFailureLog(log, name, describe);
  }

  /**
   * Runs one pass. What the pass throws is logged, not thrown.
   *
   * @return false when it was skipped or failed
   */
  public boolean pass(Runnable work) {
    if (stopping || !inPass.compareAndSet(false, true)) {
      return false;
    }
    try {
      return attempt(PASS, work);
    } finally {
      inPass.set(false);
    }
  }

  /**
   * Runs one step of an item on the caller's thread.
   *
   * @return what the step returned, whether the item can go on at once; false when it failed or the
   *     loop stops
   */
  public boolean step(String item, BooleanSupplier work) {
    boolean[] more = {false};
    return !stopping && attempt(item, () -> more[0] = work.getAsBoolean()) && more[0];
  }

  /** Repeats an item's step until it returns false, fails, or the loop stops. */
  public void untilIdle(String item, BooleanSupplier work) {
    while (step(item, work)) {
      log.debugf("%s-step item=%s", name, item);
    }
  }

  /**
   * Starts an item's work on a thread of its own, unless its previous work still runs.
   *
   * @return whether it was started
   */
  public boolean start(String item, Runnable work) {
    return !stopping && threads.start(item, () -> attempt(item, work));
  }

  /** Whether work that {@link #start} began still runs for the item. */
  public boolean isBusy(String item) {
    return threads.isBusy(item);
  }

  public boolean isStopping() {
    return stopping;
  }

  /** Ends the loop for good: no pass or step begins any more, and threads are interrupted. */
  public void stop() {
    stopping = true;
    threads.stop();
  }

  private boolean attempt(String item, Runnable work) {
    try {
      work.run();
      failures.succeeded(item);
      return true;
    } catch (RuntimeException e) {
      if (stopping) {
        log.debugf(e, "%s-stopped item=%s", name, item);
      } else {
        failures.failed(item, e);
      }
      return false;
    }
  }
}
