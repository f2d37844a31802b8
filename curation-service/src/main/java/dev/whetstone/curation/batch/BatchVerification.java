package dev.whetstone.curation.batch;

import dev.whetstone.contracts.batch.BatchFile;
import dev.whetstone.contracts.batch.BatchManifest;
import dev.whetstone.curation.batch.BatchCheckRepository.DueCheck;
import dev.whetstone.curation.metrics.CurationMeter;
import dev.whetstone.kit.json.Json;
import dev.whetstone.kit.metrics.MeterRegistrar;
import dev.whetstone.kit.store.CorruptObjectException;
import dev.whetstone.kit.store.ObjectStore;
import dev.whetstone.kit.store.ObjectStoreException;
import dev.whetstone.kit.store.VerifiedRead;
import dev.whetstone.kit.work.ReconcileLoop;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.scheduler.Scheduled;
import io.quarkus.scheduler.Scheduled.ConcurrentExecution;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.OutputStream;
import java.time.Clock;
import java.time.Instant;
import org.jboss.logging.Logger;

/**
 * Verifies the files of sealed batches one batch at a time, and withdraws a batch whose bytes are
 * not what was sealed (I6). One failed read proves nothing: a batch is withdrawn only after several
 * mismatches in a row over some time, and never because its files cannot be read.
 */
@ApplicationScoped
public class BatchVerification {
  private static final Logger LOG = Logger.getLogger(BatchVerification.class);
  private final BatchCheckRepository checks;
  private final BatchRepository batches;
  private final ObjectStore store;
  private final BatchCheckConfig config;
  private final Clock clock;
  private final MeterRegistrar meters;
  private final ReconcileLoop verifying = new ReconcileLoop("batch-check", LOG);

  public BatchVerification(
      BatchCheckRepository checks,
      BatchRepository batches,
      ObjectStore store,
      BatchCheckConfig config,
      Clock clock,
      MeterRegistrar meters) {
    this.checks = checks;
    this.batches = batches;
    this.store = store;
    this.config = config;
    this.clock = clock;
    this.meters = meters;
  }

  @Scheduled(
      identity = "curation-batch-check",
      every = "{whetstone.curation.batch-check.every}",
      concurrentExecution = ConcurrentExecution.SKIP)
  void pass() {
    verifying.pass(() -> verifying.step("next", this::verifyNext));
  }

  void stop(@Observes ShutdownEvent shutdown) {
    verifying.stop();
  }

  /** Verifies the batch that is due for the longest time; false when none is due. */
  public boolean verifyNext() {
    DueCheck check = checks.due(clock.instant()).orElse(null);
    if (check == null) {
      return false;
    }
    try {
      verify(check);
      count("verified");
      record(check, 0, null, clock.instant().plus(config.interval()));
    } catch (CorruptObjectException e) {
      mismatch(check, e);
    } catch (ObjectStoreException e) {
      count("unreadable");
      LOG.warnf(
          "batch-unreadable loop=%s batch=%s reason=%s",
          check.loop(), check.batchId(), e.getMessage());
      record(check, check.failures(), check.firstFailure(), clock.instant().plus(config.retry()));
    }
    return true;
  }

  private void verify(DueCheck check) {
    byte[] bytes = store.readVerified(check.manifestKey(), check.batchId());
    for (BatchFile file : Json.read(bytes, BatchManifest.class).files()) {
      VerifiedRead<Long> unused =
          store.readVerified(
              file.blob(), file.sha256(), in -> in.transferTo(OutputStream.nullOutputStream()));
    }
  }

  private void mismatch(DueCheck check, CorruptObjectException fault) {
    Instant now = clock.instant();
    Instant first = check.firstFailure() == null ? now : check.firstFailure();
    int failures = check.failures() + 1;
    boolean proved = failures >= config.failures() && !now.isBefore(first.plus(config.within()));
    count(proved ? "withdrawn" : "mismatch");
    if (!proved) {
      LOG.warnf(
          "batch-mismatch loop=%s batch=%s failures=%d of %d since=%s reason=%s",
          check.loop(), check.batchId(), failures, config.failures(), first, fault.getMessage());
      record(check, failures, first, now.plus(config.retry()));
      return;
    }
    QuarkusTransaction.requiringNew()
        .run(
            () -> {
              batches.withdraw(check.batchId());
              checks.end(check.batchId());
            });
    LOG.errorf(
        "batch-withdrawn loop=%s batch=%s failures=%d since=%s reason=%s",
        check.loop(), check.batchId(), failures, first, fault.getMessage());
  }

  private void count(String outcome) {
    meters.counter(CurationMeter.BATCH_CHECKS, outcome).increment();
  }

  private void record(
      DueCheck check,
      int failures,
      @org.jspecify.annotations.Nullable Instant first,
      Instant next) {
    boolean recorded =
        QuarkusTransaction.requiringNew().call(() -> checks.checked(check, failures, first, next));
    if (!recorded) {
      LOG.debugf("batch-check-overtaken batch=%s", check.batchId());
    }
  }
}
