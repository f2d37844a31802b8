package dev.whetstone.curation.reconcile;

import dev.whetstone.curation.agenda.LoopAgendaRepository;
import dev.whetstone.curation.agenda.LoopAgendaRepository.DueLoop;
import dev.whetstone.curation.count.LoopCountRepository;
import dev.whetstone.curation.erasure.ErasureSweep;
import dev.whetstone.curation.metrics.CurationMetrics;
import dev.whetstone.curation.operations.SafeFaults;
import dev.whetstone.kit.work.ReconcileLoop;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.scheduler.Scheduled;
import io.quarkus.scheduler.Scheduled.ConcurrentExecution;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Clock;
import java.util.List;
import org.jboss.logging.Logger;

/**
 * Carries out everything that has become due. It works from rows, never from events, and every step
 * is one transaction that claims its rows and skips those that another worker has locked: any
 * number of reconcilers can run, and after a crash at any point the next tick continues.
 */
@ApplicationScoped
public class CurationReconciler {
  private static final Logger LOG = Logger.getLogger(CurationReconciler.class);

  /** Loops that one pass looks at; the others are due still. */
  private static final int LOOPS_AT_ONCE = 1_000;

  private static final int LONGEST_CUT_SECONDS = 300;

  private final LoopCountRepository counts;
  private final LoopAgendaRepository agenda;
  private final LoopLook look;
  private final DeadlineExpiry expiry;
  private final ParkedEventRelease parked;
  private final ErasureSweep sweep;
  private final CutWorkers workers;
  private final CurationMetrics metrics;
  private final Clock clock;
  private final ReconcileLoop reconciling =
      new ReconcileLoop("reconcile", LOG, SafeFaults::describe);

  public CurationReconciler(
      LoopCountRepository counts,
      LoopAgendaRepository agenda,
      LoopLook look,
      DeadlineExpiry expiry,
      ParkedEventRelease parked,
      ErasureSweep sweep,
      CutWorkers workers,
      CurationMetrics metrics,
      Clock clock) {
    this.counts = counts;
    this.agenda = agenda;
    this.look = look;
    this.expiry = expiry;
    this.parked = parked;
    this.sweep = sweep;
    this.workers = workers;
    this.metrics = metrics;
    this.clock = clock;
  }

  @Scheduled(
      identity = "curation-reconciler",
      every = "{whetstone.curation.reconcile-every}",
      concurrentExecution = ConcurrentExecution.SKIP)
  void pass() {
    reconciling.pass(this::begin);
  }

  void stop(@Observes ShutdownEvent shutdown) {
    reconciling.stop();
  }

  @Scheduled(
      identity = "curation-metrics",
      every = "{whetstone.curation.count-every}",
      concurrentExecution = ConcurrentExecution.SKIP)
  void count() {
    reconciling.step(
        "metrics",
        () -> {
          metrics.refresh();
          return false;
        });
  }

  /** Runs one round over everything that is due, and waits until all of its cuts have ended. */
  public void reconcile() {
    boolean complete;
    do {
      complete = begin();
      if (!workers.awaitIdle(LONGEST_CUT_SECONDS)) {
        throw new IllegalStateException(
            "a cut has not ended within %d s".formatted(LONGEST_CUT_SECONDS));
      }
    } while (!complete && !reconciling.isStopping());
  }

  /**
   * Begins one round over everything that is due. A round without news runs the same few
   * statements, however many loops there are and whatever waits in them.
   *
   * @return false when loops that are due have to wait for the next round
   */
  private boolean begin() {
    reconciling.untilIdle("counts", this::fold);
    reconciling.step(
        "erasures-spread",
        () -> {
          sweep.spread();
          return false;
        });
    ErasureSweep.Round erasures = sweep.round();
    reconciling.untilIdle("erasures", erasures);
    reconciling.untilIdle("parked", parked::releaseSome);
    reconciling.untilIdle("expired-events", expiry::expireEvents);
    reconciling.untilIdle("expired-examples", expiry::expireExamples);
    List<DueLoop> due = agenda.due(clock.instant(), LOOPS_AT_ONCE);
    boolean complete = due.size() < LOOPS_AT_ONCE && !erasures.isCut();
    for (DueLoop loop : due) {
      boolean[] begun = {true};
      reconciling.step(
          "look " + loop.loop(),
          () -> {
            begun[0] = look.begin(loop, reconciling);
            return false;
          });
      complete &= begun[0];
    }
    return complete;
  }

  private boolean fold() {
    return QuarkusTransaction.requiringNew().call(counts::fold);
  }
}
