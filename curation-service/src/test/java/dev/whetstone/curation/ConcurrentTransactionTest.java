package dev.whetstone.curation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.contracts.envelope.Event;
import dev.whetstone.contracts.feedback.FeedbackKind;
import dev.whetstone.curation.example.ExampleRepository;
import dev.whetstone.curation.example.ExampleState;
import dev.whetstone.curation.fate.EventStanding;
import dev.whetstone.curation.fate.Fate;
import dev.whetstone.curation.fate.Receipt;
import dev.whetstone.curation.fate.ReceiptRepository;
import dev.whetstone.curation.intake.FeedbackIntake;
import dev.whetstone.curation.reconcile.CurationReconciler;
import dev.whetstone.kit.sql.Sql;
import dev.whetstone.kit.time.MutableClock;
import dev.whetstone.testing.InfrastructureResource;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/** Two transactions at once that do not see what the other writes. */
@QuarkusTest
@WithTestResource(InfrastructureResource.class)
class ConcurrentTransactionTest {
  private static final Instant AT = TestClock.START;

  @Inject EventFeed feed;
  @Inject FeedbackIntake intake;
  @Inject CurationReconciler reconciler;
  @Inject ReceiptRepository receipts;
  @Inject ExampleRepository examples;
  @Inject Sql sql;
  @Inject MutableClock clock;
  private TestEvents send;

  @BeforeEach
  void declareALoop(TestInfo test) {
    clock.set(AT.plusSeconds(60));
    send = TestEvents.of(test);
    feed.declare(send.declared(""));
  }

  @Test
  void shouldRetractFeedbackThatArrivedAtTheSameTime() throws Exception {
    meanwhile(
        () -> apply(send.retraction("x1", "f1", null, "ada", AT)),
        () -> feed.take(interaction(), correction("f1", "ada", null)));
    assertThat(fate("x1")).isEqualTo(Fate.WAITING);

    reconciler.reconcile();

    assertThat(fate("f1")).isEqualTo(Fate.WITHDRAWN);
    assertThat(fate("x1")).isEqualTo(Fate.CONTEXT);
    assertThat(examples.in(send.loop(), ExampleState.values())).isEmpty();
  }

  @Test
  void shouldSupersedeFeedbackThatArrivedAtTheSameTime() throws Exception {
    var other =
        send.interaction("r2", "c2", "ada", AT, TestTexts.question(2), TestTexts.badAnswer(2));
    meanwhile(
        () ->
            apply(
                other,
                send.feedback(
                    "f2",
                    "r2",
                    FeedbackKind.CORRECTION,
                    null,
                    TestTexts.goodAnswer(2),
                    "ada",
                    "f1",
                    AT)),
        () -> feed.take(interaction(), correction("f1", "ada", null)));

    reconciler.reconcile();
    reconciler.reconcile();

    assertThat(fate("f1")).isEqualTo(Fate.WITHDRAWN);
    assertThat(fate("f2")).isEqualTo(Fate.READY);
    assertThat(examples.in(send.loop(), ExampleState.READY)).hasSize(2);
  }

  /** Only the same end user can; the attempt of another is rejected once and blocks nothing. */
  @Test
  void shouldNotRetractForAnotherEndUserThatArrivedAtTheSameTime() throws Exception {
    meanwhile(
        () -> apply(send.retraction("x1", "f1", null, "mallory", AT)),
        () -> feed.take(interaction(), correction("f1", "ada", null)));

    reconciler.reconcile();

    assertThat(fate("f1")).isEqualTo(Fate.READY);
    assertThat(receipt("x1").standing().reason()).isEqualTo("other-end-user");
  }

  @Test
  void shouldRetractAParkedEvent() {
    send = TestEvents.of("acme", send.loop().loop() + "x");
    feed.take(interaction(), correction("f1", "ada", null));
    feed.declare(send.declared(""));
    feed.take(send.retraction("x1", "f1", null, "ada", AT));

    reconciler.reconcile();

    assertThat(fate("f1")).isEqualTo(Fate.WITHDRAWN);
    assertThat(fate("x1")).isEqualTo(Fate.CONTEXT);
  }

  /** Feedback that expires when its answer arrives must not be both rejected and an example. */
  @Test
  void shouldNotFormExamplesOfFeedbackThatExpiresMeanwhile() throws Exception {
    feed.take(correction("f1", "ada", null));
    var came = new Thread[1];
    QuarkusTransaction.requiringNew()
        .run(
            () -> {
              List<Receipt> expired =
                  receipts.claimExpired(AT.plus(Duration.ofDays(8)), 10_000).stream()
                      .filter(one -> one.key().loop().equals(send.loop()))
                      .toList();
              assertThat(expired).hasSize(1);
              came[0] = Thread.ofVirtual().start(() -> feed.take(interaction()));
              waitUntilSomebodyIsHeldUpOr(Duration.ofSeconds(3));
              receipts.assign(
                  expired.getFirst().key(),
                  EventStanding.rejected("unknown-response", "its interaction did not come"),
                  Receipt.Phase.CLOSED);
            });
    came[0].join();

    assertThat(fate("f1")).isEqualTo(Fate.REJECTED);
    assertThat(examples.in(send.loop(), ExampleState.values())).isEmpty();
    assertThat(fate("int-r1")).isEqualTo(Fate.WAITING);
  }

  /** One event that cannot be taken in must not block the others or give them its fate. */
  @Test
  void shouldDeadLetterTheParkedEventThatCannotBeLetIn() {
    send = TestEvents.of("acme", send.loop().loop() + "x");
    for (int i = 0; i < 20; i++) {
      feed.take(send.thumb("f" + i, "r" + i, "ada", AT, true));
    }
    sql.updateInNewTransaction(
        "update event set body = '{' where loop = ? and id = 'f7'", send.loop().loop());
    feed.declare(send.declared(""));

    reconciler.reconcile();

    assertThat(receipt("f7").standing().fate()).isEqualTo(Fate.DEAD_LETTERED);
    assertThat(receipt("f7").standing().reason()).isEqualTo("effect-failed");
    assertThat(receipts.counts(send.loop()))
        .containsEntry(Fate.WAITING, 19L)
        .containsEntry(Fate.DEAD_LETTERED, 1L);
    assertThat(receipt("f8").phase()).isEqualTo(Receipt.Phase.OPEN);
  }

  /** Runs the second while the first's transaction has written everything and not committed. */
  private void meanwhile(Runnable first, Runnable second) throws InterruptedException {
    var written = new CountDownLatch(1);
    var secondDone = new CountDownLatch(1);
    Thread worker =
        Thread.ofVirtual()
            .start(
                () ->
                    QuarkusTransaction.requiringNew()
                        .run(
                            () -> {
                              first.run();
                              written.countDown();
                              try {
                                secondDone.await();
                              } catch (InterruptedException e) {
                                throw new IllegalStateException(e);
                              }
                            }));
    written.await();
    second.run();
    secondDone.countDown();
    worker.join();
  }

  private void apply(Event<?>... events) {
    intake.apply(List.of(events).stream().map(EventFeed::received).toList());
  }

  private void waitUntilSomebodyIsHeldUpOr(Duration longest) {
    Instant until = Instant.now().plus(longest);
    while (Instant.now().isBefore(until)
        && sql.query("select 1 from pg_locks where not granted", row -> 1).isEmpty()) {
      Thread.onSpinWait();
    }
  }

  private Event<?> interaction() {
    return send.interaction("r1", "c1", "ada", AT, TestTexts.question(1), TestTexts.badAnswer(1));
  }

  private Event<?> correction(String id, String endUser, String supersedes) {
    return send.feedback(
        id, "r1", FeedbackKind.CORRECTION, null, TestTexts.goodAnswer(1), endUser, supersedes, AT);
  }

  private Receipt receipt(String id) {
    return receipts.byId(send.loop(), id).getFirst();
  }

  private Fate fate(String id) {
    return receipt(id).standing().fate();
  }
}
