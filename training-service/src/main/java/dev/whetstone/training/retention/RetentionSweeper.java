package dev.whetstone.training.retention;

import dev.whetstone.kit.time.LeaseClock;
import dev.whetstone.training.config.OutOfMemoryConfig;
import dev.whetstone.training.config.RetentionConfig;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.function.IntSupplier;
import org.jboss.logging.Logger;

/**
 * Ends what ended runs leave behind, a bounded amount per pass. Several services may sweep at once:
 * what one has deleted, another finds deleted.
 */
@ApplicationScoped
public class RetentionSweeper {
  private static final Logger LOG = Logger.getLogger(RetentionSweeper.class);

  private final RunObjectSweep objects;
  private final RunRowSweep rows;
  private final WorkerFolderSweep folders;
  private final LeaseClock clock;
  private final RetentionConfig keep;
  private final OutOfMemoryConfig memory;

  public RetentionSweeper(
      RunObjectSweep objects,
      RunRowSweep rows,
      WorkerFolderSweep folders,
      LeaseClock clock,
      RetentionConfig keep,
      OutOfMemoryConfig memory) {
    this.objects = objects;
    this.rows = rows;
    this.folders = folders;
    this.clock = clock;
    this.keep = keep;
    this.memory = memory;
  }

  /** One pass. */
  @Scheduled(
      every = "${whetstone.training.retention.sweep-every:10m}",
      delayed = "5m",
      concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
  public void sweep() {
    Instant now = clock.now();
    part("run-objects", () -> objects.sweepRuns(now.minus(keep.runObjects()), now));
    part("adapters", () -> objects.sweepAdapters(now.minus(keep.rejectedAdapters()), now));
    part("metrics", () -> rows.sweepMetrics(now.minus(keep.metrics()), now));
    part("attempts", () -> rows.sweepAttempts(now.minus(keep.attempts())));
    part("micro-batches", () -> rows.sweepMicroBatches(now.minus(memory.remember())));
    part("worker-hosts", () -> rows.sweepWorkerHosts(now.minus(keep.workerHosts())));
    part("worker-folders", () -> folders.sweep(now.minus(keep.workerFolders())));
  }

  /** A part that fails is repeated by the next pass and holds up no other part. */
  private static void part(String name, IntSupplier sweep) {
    try {
      int ended = sweep.getAsInt();
      if (ended > 0) {
        LOG.infof("retention-swept part=%s count=%d", name, ended);
      }
    } catch (RuntimeException e) {
      LOG.warnf(e, "retention-sweep-failed part=%s", name);
    }
  }
}
