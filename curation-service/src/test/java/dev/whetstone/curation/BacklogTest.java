package dev.whetstone.curation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.contracts.envelope.Event;
import dev.whetstone.curation.fate.EventStanding;
import dev.whetstone.curation.fate.Fate;
import dev.whetstone.curation.fate.ReceiptRepository;
import dev.whetstone.curation.reconcile.CurationReconciler;
import dev.whetstone.kit.time.MutableClock;
import dev.whetstone.testing.InfrastructureResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/** Curation was away for eight days; what was received then is read now. */
@QuarkusTest
@WithTestResource(InfrastructureResource.class)
class BacklogTest {
  private static final Instant AT = TestClock.START;

  @Inject EventFeed feed;
  @Inject CurationReconciler reconciler;
  @Inject ReceiptRepository receipts;
  @Inject MutableClock clock;
  private TestEvents send;

  @BeforeEach
  void comeBackLate(TestInfo test) {
    clock.set(AT.plus(Duration.ofDays(8)));
    send = TestEvents.of(test);
  }

  @Test
  void shouldJoinWhatIsReadLateWithWhatIsReadAfterIt() {
    feed.declare(send.declared(""));
    feed.take(send.correction("f1", "r1", "ada", AT, TestTexts.goodAnswer(1)));
    reconciler.reconcile();
    feed.take(interaction(AT));

    assertThat(standing("f1").fate()).isEqualTo(Fate.READY);
  }

  @Test
  void shouldRetractFeedbackThatIsReadLate() {
    feed.declare(send.declared(""));
    feed.take(send.retraction("x1", "f1", "r1", "ada", AT));
    reconciler.reconcile();
    feed.take(interaction(AT), send.correction("f1", "r1", "ada", AT, TestTexts.goodAnswer(1)));

    assertThat(standing("f1").fate()).isEqualTo(Fate.WITHDRAWN);
  }

  @Test
  void shouldWaitForADeclarationThatIsReadLate() {
    feed.take(interaction(AT), send.correction("f1", "r1", "ada", AT, TestTexts.goodAnswer(1)));
    reconciler.reconcile();
    feed.declare(send.declared(""));
    reconciler.reconcile();

    assertThat(standing("f1").fate()).isEqualTo(Fate.READY);
  }

  /** The window is asked of the times of receipt, whenever the two are read. */
  @Test
  void shouldRefuseWhatWasReceivedTooFarApart() {
    feed.declare(send.declared(""));
    feed.take(send.correction("f1", "r1", "ada", AT, TestTexts.goodAnswer(1)));
    feed.take(interaction(AT.plus(Duration.ofDays(7)).plusSeconds(1)));

    assertThat(standing("f1").fate()).isEqualTo(Fate.REJECTED);
    assertThat(standing("f1").reason()).isEqualTo("join-window");
  }

  private Event<?> interaction(Instant at) {
    return send.interaction("r1", "c1", "ada", at, TestTexts.question(1), TestTexts.badAnswer(1));
  }

  private EventStanding standing(String id) {
    return receipts.byId(send.loop(), id).getFirst().standing();
  }
}
