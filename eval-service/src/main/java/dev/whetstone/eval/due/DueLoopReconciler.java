package dev.whetstone.eval.due;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.kit.work.LeaseManager;
import dev.whetstone.kit.work.ReconcileLoop;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import org.jboss.logging.Logger;

/**
 * Works on the loops that are due for one kind of work: each on its own thread, under the loop's
 * lease, at most a given number at once. A pass is one statement, however many loops there are.
 */
public final class DueLoopReconciler {
  private final WorkKind kind;
  private final DueLoopRepository loops;
  private final LeaseManager leases;
  private final int perTenant;
  private final Duration pauseAfterFailure;
  private final Clock clock;
  private final Function<LoopId, Optional<Instant>> work;
  private final Semaphore permits;
  private final ReconcileLoop reconciling;

  /**
   * @param limit most loops at once in this process
   * @param perTenant most loops of one tenant at once in all processes
   * @param work returns when to check the loop again; empty for not before it is woken
   */
  public DueLoopReconciler(
      WorkKind kind,
      DueLoopRepository loops,
      LeaseManager leases,
      int limit,
      int perTenant,
      Duration pauseAfterFailure,
      Clock clock,
      Logger log,
      Function<LoopId, Optional<Instant>> work) {
    this.kind = kind;
    this.loops = loops;
    this.leases = leases;
    this.perTenant = perTenant;
    this.pauseAfterFailure = pauseAfterFailure;
    this.clock = clock;
    this.work = work;
    this.permits = new Semaphore(limit);
    this.reconciling = new ReconcileLoop(kind.wireName(), log);
  }

  /** Starts the work of loops that are due, as far as the limit allows. */
  public void pass() {
    if (permits.availablePermits() > 0) {
      reconciling.pass(
          () -> loops.due(kind, perTenant, permits.availablePermits()).forEach(this::start));
    }
  }

  public void stop() {
    reconciling.stop();
  }

  private void start(DueLoop due) {
    if (!permits.tryAcquire()) {
      return;
    }
    boolean started = reconciling.start(due.loop().key(), () -> runAndRelease(due));
    if (!started) {
      permits.release();
    }
  }

  private void runAndRelease(DueLoop due) {
    try {
      leases.run(due.leaseName(), () -> run(due));
    } finally {
      permits.release();
    }
  }

  private void run(DueLoop due) {
    Optional<Instant> next = Optional.of(clock.instant().plus(pauseAfterFailure));
    try {
      next = work.apply(due.loop());
    } finally {
      loops.settle(due, next);
    }
  }
}
