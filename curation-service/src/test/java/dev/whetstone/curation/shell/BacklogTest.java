package dev.whetstone.curation.shell;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.contracts.event.Event;
import dev.whetstone.curation.fate.Fate;
import dev.whetstone.curation.fate.Receipts;
import dev.whetstone.curation.fate.Standing;
import dev.whetstone.curation.reconcile.Reconciler;
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

  @Inject Feed feed;
  @Inject Reconciler reconciler;
  @Inject Receipts receipts;
  @Inject MutableClock clock;
  private Senders send;

  @BeforeEach
  void comeBackLate(TestInfo test) {
    clock.set(AT.plus(Duration.ofDays(8)));
    send = Senders.of(test);
  }

  @Test
  void shouldJoinWhatIsReadLateWithWhatIsReadAfterIt() {
    feed.declare(send.declared(""));
    feed.take(send.correction("f1", "r1", "ada", AT, Texts.goodAnswer(1)));
    reconciler.reconcile();
    feed.take(interaction(AT));

    assertThat(standing("f1").fate()).isEqualTo(Fate.READY);
  }

  @Test
  void shouldTakeBackWhatIsReadLate() {
    feed.declare(send.declared(""));
    feed.take(send.retraction("x1", "f1", "r1", "ada", AT));
    reconciler.reconcile();
    feed.take(interaction(AT), send.correction("f1", "r1", "ada", AT, Texts.goodAnswer(1)));

    assertThat(standing("f1").fate()).isEqualTo(Fate.WITHDRAWN);
  }

  @Test
  void shouldWaitForADeclarationThatIsReadLate() {
    feed.take(interaction(AT), send.correction("f1", "r1", "ada", AT, Texts.goodAnswer(1)));
    reconciler.reconcile();
    feed.declare(send.declared(""));
    reconciler.reconcile();

    assertThat(standing("f1").fate()).isEqualTo(Fate.READY);
  }

  /** The window is asked of the times of receipt, whenever the two are read. */
  @Test
  void shouldRefuseWhatWasReceivedTooFarApart() {
    feed.declare(send.declared(""));
    feed.take(send.correction("f1", "r1", "ada", AT, Texts.goodAnswer(1)));
    feed.take(interaction(AT.plus(Duration.ofDays(7)).plusSeconds(1)));

    assertThat(standing("f1").fate()).isEqualTo(Fate.REJECTED);
    assertThat(standing("f1").reason()).isEqualTo("join-window");
  }

  private Event<?> interaction(Instant at) {
    return send.interaction("r1", "c1", "ada", at, Texts.question(1), Texts.badAnswer(1));
  }

  private Standing standing(String id) {
    return receipts.byId(send.loop(), id).getFirst().standing();
  }
}
