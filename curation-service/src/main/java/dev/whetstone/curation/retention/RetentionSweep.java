package dev.whetstone.curation.retention;

import dev.whetstone.curation.retention.EndedInteractionRepository.Looked;
import dev.whetstone.kit.work.ReconcileLoop;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.scheduler.Scheduled;
import io.quarkus.scheduler.Scheduled.ConcurrentExecution;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import java.util.function.IntUnaryOperator;
import org.jboss.logging.Logger;

/**
 * Ends rows whose time is over: in transactions of a bounded number of rows, and a bounded number
 * of those in one pass. Several instances can sweep at the same time, because each skips rows that
 * another has locked.
 */
@ApplicationScoped
public class RetentionSweep {
  private static final Logger LOG = Logger.getLogger(RetentionSweep.class);
  private final EndedInteractionRepository interactions;
  private final EndedRowRepository rows;
  private final RetentionConfig config;
  private final Clock clock;
  private final ReconcileLoop sweeping = new ReconcileLoop("retention", LOG);

  RetentionSweep(
      EndedInteractionRepository interactions,
      EndedRowRepository rows,
      RetentionConfig config,
      Clock clock) {
    this.interactions = interactions;
    this.rows = rows;
    this.config = config;
    this.clock = clock;
  }

  @Scheduled(
      identity = "curation-retention",
      every = "{whetstone.curation.retention.every}",
      delayed = "5m",
      concurrentExecution = ConcurrentExecution.SKIP)
  void pass() {
    sweeping.pass(this::sweep);
  }

  void stop(@Observes ShutdownEvent shutdown) {
    sweeping.stop();
  }

  /** Ends what is due now. */
  public void sweep() {
    Instant now = clock.instant();
    end("interactions", most -> interactions.interactions(now, most));
    end("feedback", most -> interactions.feedback(now, most));
    end("unknown-responses", interactions::unknownResponses);
    end("dropped-text", most -> rows.droppedText(before(config.droppedText()), most));
    end("closed-bodies", most -> rows.closedBodies(before(config.deadLetterText()), most));
    end("fates", most -> rows.fates(before(config.fates()), most));
    end("rejected-examples", most -> rows.rejectedExamples(before(config.fates()), most));
    endLooked("conversations", interactions::conversations);
    end("tombstones", most -> rows.tombstones(before(config.tombstones()), most));
    end("erasures", most -> rows.erasures(before(config.tombstones()), most));
    end("findings", most -> rows.findings(before(config.findings()), most));
    end("void-cuts", most -> rows.voidCuts(before(config.cuts()), most));
    end("sealed-cuts", most -> rows.sealedCuts(before(config.cuts()), most));
    end("zero-counters", rows::zeroCounters);
  }

  private Instant before(Duration kept) {
    return clock.instant().minus(kept);
  }

  private void end(String what, IntUnaryOperator some) {
    endLooked(
        what,
        most -> {
          int ended = some.applyAsInt(most);
          return new Looked(ended == most, ended);
        });
  }

  private void endLooked(String what, IntFunction<Looked> some) {
    var transactions = new AtomicInteger();
    var ended = new AtomicInteger();
    sweeping.untilIdle(
        what,
        () -> {
          Looked looked =
              QuarkusTransaction.requiringNew().call(() -> some.apply(config.rowsAtOnce()));
          ended.addAndGet(looked.ended());
          return looked.more() && transactions.incrementAndGet() < config.transactionsPerPass();
        });
    if (ended.get() > 0) {
      LOG.infof("retention-ended what=%s rows=%d", what, ended.get());
    }
  }
}
