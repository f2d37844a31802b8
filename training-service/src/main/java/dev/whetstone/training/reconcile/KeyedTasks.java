package dev.whetstone.training.reconcile;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Runs tasks on virtual threads: at most one per key, and at most a fixed number at the same time.
 *
 * @param <K> what a task is about
 */
final class KeyedTasks<K> {
  private final Semaphore permits;
  private final ConcurrentMap<K, CompletableFuture<Void>> running = new ConcurrentHashMap<>();

  /**
   * @param concurrent how many tasks run at the same time; the others wait
   */
  KeyedTasks(int concurrent) {
    if (concurrent < 1) {
      throw new IllegalArgumentException(
          "whetstone.training.max-concurrent-steps is %d; set it to at least 1"
              .formatted(concurrent));
    }
    this.permits = new Semaphore(concurrent);
  }

  /**
   * Starts a task, unless one with the same key runs or waits to run. Completes when the task that
   * has the key ends, normally in any case.
   */
  CompletableFuture<Void> submit(K key, Runnable task) {
    CompletableFuture<Void> own = new CompletableFuture<>();
    CompletableFuture<Void> other = running.putIfAbsent(key, own);
    if (other != null) {
      return other;
    }
    Thread.ofVirtual().name("reconcile-" + key).start(() -> run(key, task, own));
    return own;
  }

  private void run(K key, Runnable task, CompletableFuture<Void> own) {
    permits.acquireUninterruptibly();
    try {
      task.run();
    } finally {
      permits.release();
      running.remove(key, own);
      own.complete(null);
    }
  }

  /** Waits for the tasks that run or wait to run. Answers whether all ended in time. */
  boolean awaitAll(Duration limit) throws InterruptedException {
    return await(List.copyOf(running.values()), limit);
  }

  private static boolean await(Collection<CompletableFuture<Void>> tasks, Duration limit)
      throws InterruptedException {
    try {
      CompletableFuture.allOf(tasks.toArray(CompletableFuture[]::new))
          .get(limit.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException _) {
      return false;
    } catch (ExecutionException e) {
      throw new IllegalStateException("a task's future completes normally", e);
    }
  }
}
