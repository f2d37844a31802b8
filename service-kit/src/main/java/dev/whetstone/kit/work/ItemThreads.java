package dev.whetstone.kit.work;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;

/** Runs the work of each item on a virtual thread of its own, one at a time per item. */
final class ItemThreads {
  private final Set<String> busy = ConcurrentHashMap.newKeySet();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  boolean isBusy(String item) {
    return busy.contains(item);
  }

  /**
   * Starts the work unless the item's previous work still runs.
   *
   * @return whether it was started
   */
  boolean start(String item, Runnable work) {
    if (!busy.add(item)) {
      return false;
    }
    try {
      threads.execute(
          () -> {
            try {
              work.run();
            } finally {
              busy.remove(item);
            }
          });
      return true;
    } catch (RejectedExecutionException e) {
      busy.remove(item);
      return false;
    }
  }

  /** Interrupts all work and starts none from now on. Does not wait for its end. */
  void stop() {
    threads.shutdownNow();
  }
}
