package dev.whetstone.curation.retention;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.contracts.envelope.Event;
import dev.whetstone.curation.EventFeed;
import dev.whetstone.curation.TestClock;
import dev.whetstone.curation.TestEvents;
import dev.whetstone.curation.TestTexts;
import dev.whetstone.curation.example.ExampleRepository;
import dev.whetstone.curation.example.ExampleState;
import dev.whetstone.curation.fate.EventStanding;
import dev.whetstone.curation.fate.Fate;
import dev.whetstone.curation.fate.ReceiptRepository;
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
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/** Every kind of row has an end, and nothing that is needed ends before it. */
@QuarkusTest
@WithTestResource(InfrastructureResource.class)
class RetentionSweepTest {
  private static final Instant AT = TestClock.START;

  @Inject EventFeed feed;
  @Inject CurationReconciler reconciler;
  @Inject RetentionSweep sweep;
  @Inject ReceiptRepository receipts;
  @Inject ExampleRepository examples;
  @Inject Sql sql;
  @Inject MutableClock clock;
  private TestEvents send;

  @BeforeEach
  void declareALoop(TestInfo test) {
    clock.set(AT.plusSeconds(3600));
    send = TestEvents.of(test);
    feed.declare(send.declared(""));
  }

  /** The loop keeps interactions for 90 days and waits 7 days for feedback. */
  @Test
  void shouldEndInteractionsAndKeepTheirFatesAndSealedExamples() {
    feed.take(corrections(60));
    reconciler.reconcile();
    int used = examples.in(send.loop(), ExampleState.USED).size();
    assertThat(used).isEqualTo(120);

    after(96);
    assertThat(count("interaction")).isEqualTo(60);
    after(98);

    assertThat(count("interaction")).isZero();
    after(105);
    assertThat(count("event", "body is not null")).isZero();
    assertThat(count("event", "phase = 'open'")).isZero();
    assertThat(standing("f7").fate()).isEqualTo(Fate.USED);
    assertThat(standing("int-r7").fate()).isEqualTo(Fate.USED);
    assertThat(examples.in(send.loop(), ExampleState.USED)).hasSize(used);
  }

  /** What is said later about an answer that has ended must not take its examples out of use. */
  @Test
  void shouldLeaveSealedExamplesAloneWhenFeedbackComesAfterTheEnd() {
    feed.take(corrections(60));
    reconciler.reconcile();
    after(106);

    Instant late = AT.plus(Duration.ofDays(106));
    feed.take(send.thumb("late", "r7", "user7", late, false));
    feed.take(send.retraction("back", "f8", "r8", "user8", late));
    reconciler.reconcile();

    assertThat(examples.in(send.loop(), ExampleState.USED)).hasSize(120);
    assertThat(count("batch", "tainted")).isZero();
    assertThat(standing("late").fate()).isEqualTo(Fate.WAITING);
  }

  @Test
  void shouldEraseSealedExamplesOfWhichTheEventsHaveEnded() {
    feed.take(corrections(60));
    reconciler.reconcile();
    after(500);
    assertThat(count("event")).isZero();

    feed.take(send.erasure("era-" + send.loop().loop(), "user7", null, clock.instant()));
    reconciler.reconcile();

    assertThat(examples.in(send.loop(), ExampleState.ERASED)).hasSize(2);
    assertThat(count("batch", "tainted")).isEqualTo(1);
  }

  @Test
  void shouldEndResponsesThatWereNamedAndNeverRecorded() {
    feed.take(send.thumb("t1", "made-up", "ada", AT, true));
    sweepNow();
    assertThat(count("interaction")).isEqualTo(1);

    after(8);

    assertThat(count("interaction")).isZero();
    assertThat(standing("t1").reason()).isEqualTo("unknown-response");
  }

  @Test
  void shouldEndTheTextOfRejectedExamples() {
    feed.take(corrections(1));
    QuarkusTransaction.requiringNew()
        .run(
            () ->
                sql.update(
                    """
                    update example set state = 'rejected', reason = 'low-score', deadline = null where loop = ?
                    """,
                    send.loop().loop()));

    after(29);
    assertThat(count("example", "body is not null")).isEqualTo(2);
    after(31);

    assertThat(count("example", "body is not null")).isZero();
    assertThat(count("example")).isEqualTo(2);
    after(401);
    assertThat(count("example")).isZero();
  }

  @Test
  void shouldEndFatesAndConversationsAfterTheInboxForgotTheirKeys() {
    feed.take(corrections(3));
    after(399);
    assertThat(count("event")).isEqualTo(6);
    after(401);

    assertThat(count("event")).isZero();
    assertThat(count("example")).isZero();
    sweepNow();
    assertThat(count("conversation")).isZero();
    assertThat(receipts.counts(send.loop())).isEmpty();
  }

  @Test
  void shouldKeepAConversationOfWhichSomethingIsLeft() {
    feed.take(corrections(60));
    reconciler.reconcile();

    after(500);

    assertThat(count("conversation")).as("sealed examples keep their split").isEqualTo(60);
  }

  @Test
  void shouldEndTombstonesErasuresAndFindings() {
    feed.take(corrections(1));
    feed.take(send.erasure("era-" + send.loop().loop(), "user0", null, AT.plusSeconds(3600)));
    QuarkusTransaction.requiringNew()
        .run(
            () ->
                sql.update(
                    "insert into finding values (?, ?, ?, '[]', ?)",
                    "finding-" + send.loop().loop(),
                    send.loop().tenant(),
                    send.loop().loop(),
                    AT));
    reconciler.reconcile();

    after(399);
    assertThat(count("finding")).isZero();
    assertThat(erasures()).isEqualTo(1);
    assertThat(tombstones()).isEqualTo(1);
    after(401);

    assertThat(erasures()).isZero();
    assertThat(tombstones()).isZero();
  }

  @Test
  void shouldEndTheRowsOfCuts() {
    feed.take(corrections(60));
    reconciler.reconcile();
    QuarkusTransaction.requiringNew()
        .run(
            () ->
                sql.update(
                    """
                    insert into cut select 'void-' || cut_id, tenant, loop, 99, 'void', batch_trigger,
                      loop_spec_sha256, parent_batch_id, body, '{}', null, created_at
                    from cut where loop = ?
                    """,
                    send.loop().loop()));
    after(29);
    assertThat(count("cut", "body <> ''")).isEqualTo(2);

    after(31);

    assertThat(count("cut", "state = 'void'")).isZero();
    assertThat(count("cut", "state = 'sealed' and body = ''")).isEqualTo(1);
  }

  /** As the reconciler and the sweep do in the course of the days. */
  private void after(int days) {
    clock.set(AT.plusSeconds(3600).plus(Duration.ofDays(days)));
    reconciler.reconcile();
    sweepNow();
  }

  private void sweepNow() {
    sweep.sweep();
  }

  /** Of this test; other loops of the tenant have their own. */
  private long erasures() {
    return count("erasure", "erasure_id = 'era-%s'".formatted(send.loop().loop()));
  }

  private long tombstones() {
    return sql.query(
            "select count(*) from tombstone t join erasure_request r using (tenant, digest)"
                + " where r.erasure_id = ?",
            row -> row.getLong(1),
            "era-" + send.loop().loop())
        .getFirst();
  }

  private long count(String table) {
    return count(table, "true");
  }

  private long count(String table, String condition) {
    return sql.query(
            "select count(*) from %s where loop = ? and %s".formatted(table, condition),
            row -> row.getLong(1),
            send.loop().loop())
        .getFirst();
  }

  private EventStanding standing(String id) {
    return receipts.byId(send.loop(), id).getFirst().standing();
  }

  private List<Event<?>> corrections(int n) {
    List<Event<?>> events = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      Instant then = AT.plusSeconds(i);
      String user = "user" + i;
      events.add(
          send.interaction(
              "r" + i, "c" + i, user, then, TestTexts.question(i), TestTexts.badAnswer(i)));
      events.add(send.correction("f" + i, "r" + i, user, then, TestTexts.goodAnswer(i)));
    }
    return events;
  }
}
