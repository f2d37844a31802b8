package dev.whetstone.curation.reconcile;

import dev.whetstone.curation.cut.CutLimits;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Limits how many loops are cut at the same time on this instance. At most one of them may be
 * large, so that there is always a worker for loops with little to cut and memory is bounded.
 */
@ApplicationScoped
public class CutWorkers {
  /** Loops with more ready examples are large. */
  static final long SMALL = 1_000;

  private final int workers;
  private final Semaphore free;
  private final Semaphore large = new Semaphore(1);

  public CutWorkers(CutLimits limits) {
    if (limits.workers() < 2) {
      throw new IllegalArgumentException(
          "whetstone.curation.cut.workers is %d; set it to at least 2, so that a large cut leaves a worker for the others"
              .formatted(limits.workers()));
    }
    this.workers = limits.workers();
    this.free = new Semaphore(workers);
  }

  /** A worker that is taken until it is closed. */
  public interface Worker extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * Takes a worker for a loop; empty when none is free.
   *
   * @param ready number of the loop's ready examples
   */
  public Optional<Worker> take(long ready) {
    boolean isLarge = ready > SMALL;
    if (isLarge && !large.tryAcquire()) {
      return Optional.empty();
    }
    if (!free.tryAcquire()) {
      if (isLarge) {
        large.release();
      }
      return Optional.empty();
    }
    return Optional.of(
        () -> {
          free.release();
          if (isLarge) {
            large.release();
          }
        });
  }

  /** Waits until no worker is taken; false when the time was not enough. */
  public boolean awaitIdle(long seconds) {
    try {
      if (!free.tryAcquire(workers, seconds, TimeUnit.SECONDS)) {
        return false;
      }
      free.release(workers);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
