package dev.whetstone.curation.reconcile;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.curation.agenda.LoopAgendaRepository;
import dev.whetstone.curation.agenda.LoopAgendaRepository.DueLoop;
import dev.whetstone.curation.cut.BatchSealer;
import dev.whetstone.curation.cut.CutDriver;
import dev.whetstone.curation.fate.ReceiptRepository;
import dev.whetstone.curation.join.EventRejoin;
import dev.whetstone.kit.loop.DeclaredLoop;
import dev.whetstone.kit.loop.DeclaredLoopRepository;
import dev.whetstone.kit.work.ReconcileLoop;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;

/**
 * What is done for one loop that is due: late joins in short transactions on the reconciler's
 * thread, then sealing and cutting on a worker of its own.
 */
@ApplicationScoped
public class LoopLook {
  private final DeclaredLoopRepository loops;
  private final LoopAgendaRepository agenda;
  private final ReceiptRepository receipts;
  private final EventRejoin rejoin;
  private final CutDriver cutter;
  private final BatchSealer sealer;
  private final CutWorkers workers;
  private final Clock clock;

  public LoopLook(
      DeclaredLoopRepository loops,
      LoopAgendaRepository agenda,
      ReceiptRepository receipts,
      EventRejoin rejoin,
      CutDriver cutter,
      BatchSealer sealer,
      CutWorkers workers,
      Clock clock) {
    this.loops = loops;
    this.agenda = agenda;
    this.receipts = receipts;
    this.rejoin = rejoin;
    this.cutter = cutter;
    this.sealer = sealer;
    this.workers = workers;
    this.clock = clock;
  }

  /** Returns false when the loop has to wait for a worker. */
  boolean begin(DueLoop due, ReconcileLoop reconciling) {
    Optional<DeclaredLoop> declared = loops.current(due.loop());
    if (declared.isEmpty()) {
      looked(due, Instant.MAX);
      return true;
    }
    DeclaredLoop loop = declared.get();
    LoopId id = loop.id();
    reconciling.untilIdle("taken-back " + id, () -> takenBack(loop));
    reconciling.step("joined-conversations " + id, () -> joinConversations(id));
    String item = "cut " + id;
    if (reconciling.isBusy(item)) {
      return true;
    }
    Optional<CutWorkers.Worker> worker = workers.take(due.ready());
    if (worker.isEmpty()) {
      return false;
    }
    Runnable work =
        () -> {
          try (CutWorkers.Worker taken = worker.get()) {
            sealAndCut(due, loop, reconciling);
          }
        };
    if (!reconciling.start(item, work)) {
      worker.get().close();
    }
    return true;
  }

  private void sealAndCut(DueLoop due, DeclaredLoop loop, ReconcileLoop reconciling) {
    LoopId id = loop.id();
    Instant next = clock.instant();
    boolean sealed = reconciling.step("seal " + id, () -> sealer.sealOpenCut(loop));
    boolean cut = reconciling.step("cut " + id, () -> cutter.cutIfDue(loop));
    if (cut) {
      reconciling.step("seal " + id, () -> sealer.sealOpenCut(loop));
    }
    if (!sealed && !cut) {
      next = cutter.nextLook(loop);
    }
    looked(due, next);
  }

  private void looked(DueLoop due, Instant next) {
    QuarkusTransaction.requiringNew().run(() -> agenda.looked(due, next));
  }

  private boolean takenBack(DeclaredLoop loop) {
    return QuarkusTransaction.requiringNew().call(() -> rejoin.atTakenBack(loop));
  }

  private boolean joinConversations(LoopId loop) {
    return QuarkusTransaction.requiringNew().call(() -> receipts.joinConversations(loop)) > 0;
  }
}
