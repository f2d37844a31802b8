package dev.whetstone.eval.lease;

import dev.whetstone.contracts.LoopId;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import org.jboss.logging.Logger;

/** Gives each loop's work a thread of its own; a loop that is still at it is left alone. */
public final class LoopThreads {
  private static final Logger LOG = Logger.getLogger(LoopThreads.class);
  private final String name;
  private final Set<LoopId> busy = ConcurrentHashMap.newKeySet();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  /**
   * @param name of the work, for the log
   */
  public LoopThreads(String name) {
    this.name = name;
  }

  public boolean isBusy(LoopId loop) {
    return busy.contains(loop);
  }

  /**
   * Starts the work unless the loop's last is not done yet. A failure is logged; it comes again.
   */
  public void start(LoopId loop, Runnable work) {
    if (!busy.add(loop)) {
      return;
    }
    try {
      threads.execute(() -> run(loop, work));
    } catch (RejectedExecutionException e) {
      busy.remove(loop);
      LOG.debugf("not-started work=%s loop=%s reason=the service is stopping", name, loop);
    }
  }

  /** Interrupts all work; none is started any more. */
  public void stop() {
    threads.shutdownNow();
  }

  private void run(LoopId loop, Runnable work) {
    try {
      work.run();
    } catch (RuntimeException e) {
      LOG.warnf("%s loop=%s reason=%s", name, loop, e.getMessage());
    } finally {
      busy.remove(loop);
    }
  }
}
