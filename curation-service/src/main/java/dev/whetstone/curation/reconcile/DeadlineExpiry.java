package dev.whetstone.curation.reconcile;

import dev.whetstone.curation.chain.ReasonCodes;
import dev.whetstone.curation.example.EventFateUpdater;
import dev.whetstone.curation.example.ExampleRepository;
import dev.whetstone.curation.example.ExampleState;
import dev.whetstone.curation.example.StoredExample;
import dev.whetstone.curation.fate.EventStanding;
import dev.whetstone.curation.fate.Receipt;
import dev.whetstone.curation.fate.Receipt.Phase;
import dev.whetstone.curation.fate.ReceiptRepository;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.util.List;

/** Ends events and examples that are past their deadline. */
@ApplicationScoped
public class DeadlineExpiry {
  private static final int AT_ONCE = 500;
  private final ReceiptRepository receipts;
  private final ExampleRepository examples;
  private final EventFateUpdater eventFates;
  private final Clock clock;

  public DeadlineExpiry(
      ReceiptRepository receipts,
      ExampleRepository examples,
      EventFateUpdater eventFates,
      Clock clock) {
    this.receipts = receipts;
    this.examples = examples;
    this.eventFates = eventFates;
    this.clock = clock;
  }

  /** Ends waiting events past their deadline; false when none is left. */
  public boolean expireEvents() {
    return QuarkusTransaction.requiringNew()
        .call(
            () -> {
              List<Receipt> expired = receipts.claimExpired(clock.instant(), AT_ONCE);
              expired.forEach(
                  receipt ->
                      receipts.assign(
                          receipt.key(),
                          after(receipt),
                          receipt.kind().equals(Receipt.INTERACTION) ? Phase.OPEN : Phase.CLOSED));
              return !expired.isEmpty();
            });
  }

  private static EventStanding after(Receipt waited) {
    String until = "until " + waited.standing().deadline();
    if (waited.phase() == Phase.PARKED) {
      return EventStanding.rejected("unknown-loop", "its loop was not declared " + until);
    }
    return switch (waited.kind()) {
      case Receipt.INTERACTION -> EventStanding.context("no feedback arrived " + until);
      case Receipt.RETRACTION ->
          EventStanding.rejected("unknown-feedback", "no such feedback arrived " + until);
      default ->
          EventStanding.rejected(
              ReasonCodes.UNKNOWN_RESPONSE, "its interaction did not arrive " + until);
    };
  }

  /** Rejects examples past their quarantine deadline or retention; false when none is left. */
  public boolean expireExamples() {
    return QuarkusTransaction.requiringNew()
        .call(
            () -> {
              Instant now = clock.instant();
              List<StoredExample> expired = examples.claimExpired(now, AT_ONCE);
              for (StoredExample one : expired) {
                boolean quarantined = one.state() == ExampleState.QUARANTINED;
                examples.move(
                    List.of(one.rowId()),
                    ExampleState.REJECTED,
                    null,
                    quarantined ? ReasonCodes.QUARANTINE_DEADLINE : "retention",
                    quarantined
                        ? "quarantined for " + one.reason() + "; not released before the deadline"
                        : "was not taken by a cut within the loop's retention",
                    null);
              }
              eventFates.follow(eventFates.of(expired.stream().map(StoredExample::rowId).toList()));
              return !expired.isEmpty();
            });
  }
}
