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
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.scheduler.Scheduled;
import io.quarkus.scheduler.Scheduled.ConcurrentExecution;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
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
  private final Map<String, String> faults = new ConcurrentHashMap<>();
  private volatile boolean stopping;

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
  void tick() {
    if (!stopping) {
      reconcile();
    }
  }

  void stop(@Observes ShutdownEvent shutdown) {
    stopping = true;
  }

  @Scheduled(
      identity = "curation-metrics",
      every = "{whetstone.curation.count-every}",
      concurrentExecution = ConcurrentExecution.SKIP)
  void count() {
    if (!stopping) {
      metrics.refresh();
    }
  }

  /** Runs one round over everything that is due. */
  public void reconcile() {
    untilIdle("erasures", sweep.round());
    untilIdle("parked", parked::releaseSome);
    List<DeclaredLoop> declared = loops.all();
    for (DeclaredLoop loop : declared) {
      untilIdle("taken-back " + loop.id(), () -> takenBack(loop));
    }
    untilIdle("joined-conversations", expiry::joinConversations);
    untilIdle("expired-events", expiry::expireEvents);
    untilIdle("expired-examples", expiry::expireExamples);
    for (DeclaredLoop loop : declared) {
      if (stopping) {
        return;
      }
      LoopId id = loop.id();
      once("seal " + id, () -> sealer.sealOpenCut(loop));
      if (once("cut " + id, () -> cutter.cutIfDue(loop))) {
        once("seal " + id, () -> sealer.sealOpenCut(loop));
      }
    }
  }

  private boolean takenBack(DeclaredLoop loop) {
    return QuarkusTransaction.requiringNew().call(() -> rejoin.atTakenBack(loop));
  }

  private void untilIdle(String step, BooleanSupplier work) {
    while (!stopping && once(step, work)) {
      LOG.debugf("reconciled step=%s", step);
    }
  }

  /**
   * Runs one step. A failure must not keep the other steps from running; the next tick tries it
   * again. The stack trace of the same failure is logged only once.
   */
  private boolean once(String step, BooleanSupplier work) {
    try {
      return work.getAsBoolean();
    } catch (RuntimeException e) {
      String fault = SafeFaults.describe(e);
      if (fault.equals(faults.put(step, fault))) {
        LOG.errorf("reconcile-failed-again step=%s fault=%s action=retry", step, fault);
      } else {
        LOG.errorf(e, "reconcile-failed step=%s action=retry", step);
      }
      return false;
    }
  }
}
