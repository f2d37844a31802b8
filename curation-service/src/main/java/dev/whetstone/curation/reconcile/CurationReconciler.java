package dev.whetstone.curation.reconcile;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.curation.cut.BatchSealer;
import dev.whetstone.curation.cut.CutDriver;
import dev.whetstone.curation.erasure.ErasureSweep;
import dev.whetstone.curation.join.EventRejoin;
import dev.whetstone.curation.operations.CurationMetrics;
import dev.whetstone.curation.operations.SafeFaults;
import dev.whetstone.kit.loop.DeclaredLoop;
import dev.whetstone.kit.loop.DeclaredLoopRepository;
import dev.whetstone.kit.work.ReconcileLoop;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.scheduler.Scheduled;
import io.quarkus.scheduler.Scheduled.ConcurrentExecution;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
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
  private final DeclaredLoopRepository loops;
  private final DeadlineExpiry expiry;
  private final ParkedEventRelease parked;
  private final EventRejoin rejoin;
  private final ErasureSweep sweep;
  private final CutDriver cutter;
  private final BatchSealer sealer;
  private final CurationMetrics metrics;
  private final ReconcileLoop reconciling =
      new ReconcileLoop("reconcile", LOG, SafeFaults::describe);

  public CurationReconciler(
      DeclaredLoopRepository loops,
      DeadlineExpiry expiry,
      ParkedEventRelease parked,
      EventRejoin rejoin,
      ErasureSweep sweep,
      CutDriver cutter,
      BatchSealer sealer,
      CurationMetrics metrics) {
    this.loops = loops;
    this.expiry = expiry;
    this.parked = parked;
    this.rejoin = rejoin;
    this.sweep = sweep;
    this.cutter = cutter;
    this.sealer = sealer;
    this.metrics = metrics;
  }

  @Scheduled(
      identity = "curation-reconciler",
      every = "{whetstone.curation.reconcile-every}",
      concurrentExecution = ConcurrentExecution.SKIP)
  void pass() {
    reconciling.pass(this::reconcile);
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

  /** Runs one round over everything that is due. */
  public void reconcile() {
    reconciling.untilIdle("erasures", sweep.round());
    reconciling.untilIdle("parked", parked::releaseSome);
    List<DeclaredLoop> declared = loops.all();
    for (DeclaredLoop loop : declared) {
      reconciling.untilIdle("taken-back " + loop.id(), () -> takenBack(loop));
    }
    reconciling.untilIdle("joined-conversations", expiry::joinConversations);
    reconciling.untilIdle("expired-events", expiry::expireEvents);
    reconciling.untilIdle("expired-examples", expiry::expireExamples);
    for (DeclaredLoop loop : declared) {
      if (reconciling.isStopping()) {
        return;
      }
      LoopId id = loop.id();
      reconciling.step("seal " + id, () -> sealer.sealOpenCut(loop));
      if (reconciling.step("cut " + id, () -> cutter.cutIfDue(loop))) {
        reconciling.step("seal " + id, () -> sealer.sealOpenCut(loop));
      }
    }
  }

  private boolean takenBack(DeclaredLoop loop) {
    return QuarkusTransaction.requiringNew().call(() -> rejoin.atTakenBack(loop));
  }
}
