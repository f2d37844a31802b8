package dev.whetstone.curation.reconcile;

import dev.whetstone.contracts.EventKey;
import dev.whetstone.contracts.LoopId;
import dev.whetstone.curation.count.LoopCountRepository;
import dev.whetstone.curation.fate.EventStanding;
import dev.whetstone.curation.fate.Fate;
import dev.whetstone.curation.fate.Receipt;
import dev.whetstone.curation.fate.Receipt.Phase;
import dev.whetstone.curation.fate.ReceiptRepository;
import dev.whetstone.curation.intake.FeedbackIntake;
import dev.whetstone.kit.loop.DeclaredLoop;
import dev.whetstone.kit.loop.DeclaredLoopRepository;
import dev.whetstone.kit.sql.DatabaseFaults;
import dev.whetstone.kit.work.FaultText;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;

/** Takes in events that waited for their loop to be declared, or for an erasure of it. */
@ApplicationScoped
public class ParkedEventRelease {
  private static final Logger LOG = Logger.getLogger(ParkedEventRelease.class);
  private static final int AT_ONCE = 500;
  private static final long BYTES_AT_ONCE = 8L * 1024 * 1024;
  private final DeclaredLoopRepository loops;
  private final ReceiptRepository receipts;
  private final FeedbackIntake intake;
  private final LoopCountRepository counts;

  public ParkedEventRelease(
      DeclaredLoopRepository loops,
      ReceiptRepository receipts,
      FeedbackIntake intake,
      LoopCountRepository counts) {
    this.loops = loops;
    this.receipts = receipts;
    this.intake = intake;
    this.counts = counts;
  }

  /** Releases some of them, one transaction per loop; false when none is left. */
  public boolean releaseSome() {
    List<LoopId> waiting = counts.declaredWithParked();
    boolean any = false;
    for (LoopId loop : waiting) {
      any |= release(loop, AT_ONCE);
    }
    return any;
  }

  /**
   * Halves the number after a failure, down to the single event that fails, which is dead-lettered.
   */
  private boolean release(LoopId loop, int atOnce) {
    var claimed = new ArrayList<Receipt>();
    try {
      return QuarkusTransaction.requiringNew().call(() -> releaseClaimed(loop, atOnce, claimed));
    } catch (RuntimeException e) {
      if (DatabaseFaults.mayPass(e) || claimed.isEmpty()) {
        throw e;
      }
      if (claimed.size() > 1) {
        return release(loop, claimed.size() / 2);
      }
      EventKey bad = claimed.getFirst().key();
      String fault = FaultText.describe(e);
      LOG.errorf("parked-event-failed event=%s reason=%s", bad, fault);
      var standing = new EventStanding(Fate.DEAD_LETTERED, "effect-failed", fault, null);
      QuarkusTransaction.requiringNew().run(() -> receipts.assign(bad, standing, Phase.CLOSED));
      return true;
    }
  }

  private boolean releaseClaimed(LoopId loop, int atOnce, List<Receipt> claimed) {
    Optional<DeclaredLoop> declared = loops.current(loop);
    if (declared.isEmpty()) {
      return false;
    }
    claimed.addAll(receipts.claimParked(loop, atOnce, BYTES_AT_ONCE));
    if (!claimed.isEmpty()) {
      intake.release(declared.get(), claimed);
    }
    return !claimed.isEmpty();
  }
}
