package dev.whetstone.curation.reconcile;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.curation.fate.Receipt;
import dev.whetstone.curation.fate.Receipts;
import dev.whetstone.curation.intake.FeedbackIntake;
import dev.whetstone.kit.loop.DeclaredLoop;
import dev.whetstone.kit.loop.DeclaredLoops;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;

/** Lets events in that waited for their loop to be declared. */
@ApplicationScoped
public class Parked {
  private static final int AT_ONCE = 500;
  private final DeclaredLoops loops;
  private final Receipts receipts;
  private final FeedbackIntake intake;

  public Parked(DeclaredLoops loops, Receipts receipts, FeedbackIntake intake) {
    this.loops = loops;
    this.receipts = receipts;
    this.intake = intake;
  }

  /** Some of them, in one transaction; false when none is left. */
  public boolean releaseSome() {
    List<LoopId> waiting = QuarkusTransaction.requiringNew().call(() -> receipts.loopsWithParked());
    boolean any = false;
    for (LoopId loop : waiting) {
      any |= QuarkusTransaction.requiringNew().call(() -> release(loop));
    }
    return any;
  }

  private boolean release(LoopId loop) {
    Optional<DeclaredLoop> declared = loops.current(loop);
    if (declared.isEmpty()) {
      return false;
    }
    List<Receipt> some = receipts.claimParked(loop, AT_ONCE);
    if (!some.isEmpty()) {
      intake.release(declared.get(), some);
    }
    return !some.isEmpty();
  }
}
