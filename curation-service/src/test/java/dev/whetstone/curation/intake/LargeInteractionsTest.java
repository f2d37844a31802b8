package dev.whetstone.curation.intake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.contracts.envelope.Event;
import dev.whetstone.contracts.event.EventData.FeedbackEvent;
import dev.whetstone.curation.EventFeed;
import dev.whetstone.curation.TestClock;
import dev.whetstone.curation.TestEvents;
import dev.whetstone.curation.TestTexts;
import dev.whetstone.curation.fate.Fate;
import dev.whetstone.curation.fate.Receipt;
import dev.whetstone.curation.fate.ReceiptRepository;
import dev.whetstone.curation.reconcile.CurationReconciler;
import dev.whetstone.kit.inbox.ConsumptionConfig;
import dev.whetstone.kit.inbox.EventConsumption;
import dev.whetstone.kit.inbox.EventLoad;
import dev.whetstone.kit.inbox.ReceivedEvent;
import dev.whetstone.kit.time.MutableClock;
import dev.whetstone.testing.InfrastructureResource;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/** Interactions of 700 kB, and small feedback on them, which reads them again. */
@QuarkusTest
@WithTestResource(InfrastructureResource.class)
class LargeInteractionsTest {
  private static final Instant AT = TestClock.START;
  private static final int INTERACTIONS = 40;

  @Inject EventConsumption consumption;
  @Inject ConsumptionConfig config;
  @Inject FeedbackIntake intake;
  @Inject EventFeed feed;
  @Inject ReceiptRepository receipts;
  @Inject CurationReconciler reconciler;
  @Inject MutableClock clock;
  private TestEvents send;
  private final List<Long> transactions = new ArrayList<>();

  @BeforeEach
  void declare(TestInfo test) {
    clock.set(AT.plusSeconds(3600));
    send = TestEvents.of(test);
    feed.declare(send.declared(""));
  }

  @Test
  void shouldBoundTheBytesOfATransaction() {
    List<Event<?>> interactions = new ArrayList<>();
    List<Event<?>> corrections = new ArrayList<>();
    String large = (TestTexts.question(1) + " ").repeat(350_000 / TestTexts.question(1).length());
    for (int i = 0; i < INTERACTIONS; i++) {
      interactions.add(send.interaction("r" + i, "c" + i, "u" + i, AT, large + i, large));
      corrections.add(send.correction("f" + i, "r" + i, "u" + i, AT, TestTexts.goodAnswer(i)));
    }

    take(interactions);
    assertThat(transactions).hasSizeGreaterThan(3).allMatch(bytes -> bytes <= config.bytes());
    transactions.clear();
    take(corrections);

    assertThat(transactions).hasSizeGreaterThan(3).allMatch(bytes -> bytes <= config.bytes());
    assertThat(transactions.stream().mapToLong(Long::longValue).sum())
        .isGreaterThan(INTERACTIONS * 700_000L);
    assertThat(receipts.counts(send.loop()).get(Fate.REJECTED)).isEqualTo((long) INTERACTIONS);
    assertThat(receipts.reasons(send.loop())).containsOnlyKeys("too-long");
  }

  @Test
  void shouldReleaseParkedEventsInPortionsOfBoundedBytes() {
    TestEvents later = TestEvents.of("acme", "large-and-declared-later");
    String large = "x".repeat(350_000);
    List<Event<?>> interactions = new ArrayList<>();
    for (int i = 0; i < INTERACTIONS; i++) {
      interactions.add(later.interaction("r" + i, "c" + i, "u" + i, AT, large + i, large));
    }
    take(interactions);

    List<Receipt> portion =
        QuarkusTransaction.requiringNew()
            .call(() -> receipts.claimParked(later.loop(), 500, 8_000_000));

    assertThat(portion).hasSizeBetween(10, 13);
    feed.declare(later.declared(""));
    reconciler.reconcile();
    assertThat(receipts.counts(later.loop())).containsOnlyKeys(Fate.WAITING);
    assertThat(receipts.byId(later.loop(), "int-r39").getFirst().standing().reason())
        .isEqualTo("feedback");
  }

  private void take(List<Event<?>> events) {
    consumption.process(
        events.stream().map(EventFeed::polled).toList(),
        FeedbackEvent.class,
        fresh -> {
          transactions.add(bytes(fresh));
          intake.apply(fresh);
        },
        intake::loads);
  }

  /** Bytes of the events and of the rows that joining them reads, each once. */
  private long bytes(List<ReceivedEvent<FeedbackEvent>> events) {
    Set<EventLoad> loads = new HashSet<>(intake.loads(events));
    return events.stream().mapToLong(event -> event.body().length).sum()
        + loads.stream().mapToLong(EventLoad::bytes).sum();
  }
}
