package dev.whetstone.eval.answer;

import dev.whetstone.eval.serving.ServingException;
import dev.whetstone.eval.serving.ServingException.Kind;
import dev.whetstone.kit.work.RetryBackoff;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/**
 * Runs requests on virtual threads with a bounded number in flight. A request is repeated after a
 * transient failure; the first request that fails for good cancels those not yet started.
 */
final class BoundedParallel {
  private static final int TRIES = 3;
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);
  private final int inFlight;
  private final RetryBackoff backoff;

  BoundedParallel(int inFlight, Duration pause) {
    this.inFlight = inFlight;
    this.backoff = RetryBackoff.doubling(pause, LONGEST_PAUSE);
  }

  /**
   * Returns when all requests are done.
   *
   * @throws RuntimeException the first one that a request failed with
   */
  void run(List<Runnable> requests) {
    Semaphore permits = new Semaphore(inFlight);
    AtomicReference<RuntimeException> failure = new AtomicReference<>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Runnable request : requests) {
        permits.acquireUninterruptibly();
        if (failure.get() != null || Thread.currentThread().isInterrupted()) {
          break;
        }
        threads.execute(
            () -> {
              try {
                runWithRetries(request);
              } catch (RuntimeException e) {
                failure.compareAndSet(null, e);
              } finally {
                permits.release();
              }
            });
      }
    }
    if (failure.get() != null) {
      throw failure.get();
    }
    if (Thread.currentThread().isInterrupted()) {
      throw new ServingException(Kind.UNAVAILABLE, "interrupted while asking");
    }
  }

  private void runWithRetries(Runnable request) {
    for (int attempt = 1; ; attempt++) {
      try {
        request.run();
        return;
      } catch (ServingException e) {
        boolean mayPass = e.kind() == Kind.UNAVAILABLE || e.kind() == Kind.ADAPTER_FAILED;
        if (!mayPass || attempt == TRIES) {
          throw e;
        }
        LockSupport.parkNanos(backoff.pause(attempt).toNanos());
      }
    }
  }
}
