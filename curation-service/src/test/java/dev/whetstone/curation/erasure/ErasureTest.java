package dev.whetstone.curation.erasure;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.hasItem;

import dev.whetstone.contracts.envelope.Event;
import dev.whetstone.contracts.event.FeedbackGiven;
import dev.whetstone.curation.EventFeed;
import dev.whetstone.curation.FaultyObjectStore;
import dev.whetstone.curation.TestClock;
import dev.whetstone.curation.TestEvents;
import dev.whetstone.curation.TestTexts;
import dev.whetstone.curation.batch.BatchRepository;
import dev.whetstone.curation.example.ExampleRepository;
import dev.whetstone.curation.example.ExampleState;
import dev.whetstone.curation.fate.Fate;
import dev.whetstone.curation.fate.ReceiptRepository;
import dev.whetstone.curation.reconcile.CurationReconciler;
import dev.whetstone.kit.sql.Sql;
import dev.whetstone.kit.time.MutableClock;
import dev.whetstone.kit.trace.TraceContext;
import dev.whetstone.kit.trace.TraceContextRepository;
import dev.whetstone.kit.trace.TraceSubject;
import dev.whetstone.testing.InfrastructureResource;
import dev.whetstone.testing.TestKeys;
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

/** No data of an erased person stays or is taken in again. */
@QuarkusTest
@WithTestResource(InfrastructureResource.class)
class ErasureTest {
  private static final Instant AT = TestClock.START;
  private static final Instant WATERMARK = AT.plusSeconds(1000);

  @Inject EventFeed feed;
  @Inject CurationReconciler reconciler;
  @Inject ErasureSweep sweep;
  @Inject ReceiptRepository receipts;
  @Inject ExampleRepository examples;
  @Inject BatchRepository batches;
  @Inject FaultyObjectStore store;
  @Inject Sql sql;
  @Inject TraceContextRepository traces;
  @Inject MutableClock clock;
  private TestEvents send;

  @BeforeEach
  void declareALoop(TestInfo test) {
    clock.set(WATERMARK);
    send = TestEvents.of(test);
    feed.declare(send.declared(""));
  }

  @Test
  void shouldEraseTheSubjectsDataAndKeepTheRest() {
    feed.take(
        interaction(1, "ada"), correction(1, "ada"), interaction(2, "bob"), correction(2, "bob"));
    feed.take(send.thumb("t2", "r2", "ada", AT, true));

    feed.take(send.erasure("era-1" + send.loop().loop(), "ada", null, WATERMARK));
    reconciler.reconcile();

    assertThat(fates("int-r1", "f1", "t2")).containsOnly(Fate.ERASED);
    assertThat(fates("int-r2", "f2")).containsOnly(Fate.READY);
    assertThat(examples.in(send.loop(), ExampleState.READY)).hasSize(2);
    assertThat(textLeft(TestTexts.goodAnswer(1))).isZero();
    assertThat(textLeft(TestTexts.goodAnswer(2))).isPositive();
  }

  @Test
  void shouldForgetWhichTracesErasedEventsBelongTo() {
    feed.take(interaction(1, "ada"), correction(1, "ada"), correction(2, "bob"));
    var trace = new TraceContext("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331", true);
    QuarkusTransaction.requiringNew()
        .run(() -> List.of("f1", "f2").forEach(id -> traces.put(traced(id), trace)));

    feed.take(send.erasure("era-1" + send.loop().loop(), "ada", null, WATERMARK));
    reconciler.reconcile();

    assertThat(traces.find(traced("f1"))).isEmpty();
    assertThat(traces.find(traced("f2"))).contains(trace);
  }

  private TraceSubject traced(String eventId) {
    String key =
        sql.first(
                "select event_key from event where tenant = ? and loop = ? and id = ?",
                row -> row.getString(1),
                send.loop().tenant(),
                send.loop().loop(),
                eventId)
            .orElseThrow();
    return new TraceSubject(send.loop(), TraceSubject.Kind.EVENT, key);
  }

  /** Feedback of others on an erased person's conversation holds that person's words. */
  @Test
  void shouldEraseFeedbackOfOthersOnTheErasedConversation() {
    feed.take(interaction(1, "ada"), correction(1, "reviewer"));

    feed.take(send.erasure("era-1" + send.loop().loop(), "ada", null, WATERMARK));
    reconciler.reconcile();

    assertThat(fates("int-r1", "f1")).containsOnly(Fate.ERASED);
    assertThat(textLeft(TestTexts.goodAnswer(1))).isZero();
  }

  @Test
  void shouldEraseOneConversation() {
    feed.take(
        interaction(1, "ada"), correction(1, "ada"), interaction(2, "ada"), correction(2, "ada"));

    feed.take(send.erasure("era-1" + send.loop().loop(), null, "c1", WATERMARK));
    reconciler.reconcile();

    assertThat(fates("int-r1", "f1")).containsOnly(Fate.ERASED);
    assertThat(fates("int-r2", "f2")).containsOnly(Fate.READY);
  }

  @Test
  void shouldRefuseErasedEventsAndAdmitLaterOnes() {
    feed.take(send.erasure("era-1" + send.loop().loop(), "ada", null, WATERMARK));

    feed.take(interaction(1, "ada"), correction(1, "ada"));
    Instant after = WATERMARK.plusSeconds(11);
    feed.take(
        send.interaction("r2", "c2", "ada", after, TestTexts.question(2), TestTexts.badAnswer(2)),
        send.correction("f2", "r2", "ada", after, TestTexts.goodAnswer(2)));

    assertThat(fates("int-r1", "f1")).containsOnly(Fate.ERASED);
    assertThat(fates("int-r2", "f2")).containsOnly(Fate.READY);
    assertThat(textLeft(TestTexts.goodAnswer(1))).isZero();
  }

  @Test
  void shouldTaintSealedBatchesAndReportProgress() {
    feed.take(many());
    reconciler.reconcile();
    assertThat(sealed()).isEqualTo(1);

    String id = "era-1" + send.loop().loop();
    feed.take(send.erasure(id, "user3", null, WATERMARK));
    erasure(id).body("state", equalTo("erasing"));
    reconciler.reconcile();

    erasure(id)
        .body("state", equalTo("retained"))
        .body("until", equalTo(WATERMARK.plus(Duration.ofDays(30)).toString()))
        .body("holders.holder", contains("curation", "batches", "models", "evaluations", "topics"))
        .body("holders.state", contains("done", "retained", "retained", "retained", "retained"))
        .body("holders[1].left", containsString("1 sealed batch"))
        .body("loops[0].state", equalTo("done"))
        .body("loops[0].taintedBatches", equalTo(1))
        .body("loops[0].examples", equalTo(2))
        .body("loops[0].events", equalTo(2));
    assertThat(
            QuarkusTransaction.requiringNew()
                .call(() -> batches.newest(send.loop()))
                .orElseThrow()
                .tainted())
        .isTrue();
    assertThat(examples.in(send.loop(), ExampleState.ERASED)).hasSize(2);
    assertThat(fates("f3", "int-r3")).containsOnly(Fate.ERASED);
    assertThat(fates("f4", "int-r4")).containsOnly(Fate.USED);
    status().body("conditions[2].reason", equalTo("Retained"));
    clock.advance(Duration.ofDays(31));
    status()
        .body("conditions[2].type", equalTo("Erasing"))
        .body("conditions[2].status", equalTo("False"))
        .body("conditions[2].reason", equalTo("Overdue"));
    erasure(id).body("state", equalTo("overdue"));
  }

  private io.restassured.response.ValidatableResponse status() {
    return given()
        .header("Authorization", TestKeys.ACME.bearer())
        .get("/v1/loops/" + send.loop().loop() + "/status")
        .then()
        .statusCode(200);
  }

  /** The conversation's id is a trace of the person, too. */
  @Test
  void shouldForgetTheConversation() {
    feed.take(interaction(1, "ada"), correction(1, "bob"));

    feed.take(send.erasure("era-1" + send.loop().loop(), "ada", null, WATERMARK));
    reconciler.reconcile();

    for (String table : List.of("interaction", "event", "conversation")) {
      assertThat(
              sql.query(
                      "select count(*) from %s where loop = ? and conversation_key is not null"
                          .formatted(table),
                      row -> row.getLong(1),
                      send.loop().loop())
                  .getFirst())
          .as(table)
          .isZero();
    }
    assertThat(
            sql.query(
                "select conversation_id from interaction where loop = ?",
                row -> String.valueOf(row.getString(1)),
                send.loop().loop()))
        .containsExactly("null");
  }

  /** The loop is not in the memory of the ingest that sends the erasure. */
  @Test
  void shouldReachLoopsThatAreDeclaredLater() {
    var undeclared = TestEvents.of("acme", send.loop().loop() + "x");
    feed.take(foreign(undeclared, "early"));
    String id = "era-1" + send.loop().loop();
    feed.take(send.erasure(id, "ada", null, WATERMARK));

    clock.advance(Duration.ofMinutes(10));
    reconciler.reconcile();
    feed.take(foreign(undeclared, "late"));

    assertThat(fate(undeclared, "early")).isEqualTo(Fate.ERASED);
    assertThat(fate(undeclared, "late")).isEqualTo(Fate.ERASED);
    assertThat(textLeft(undeclared, "foreign words")).isZero();
    erasure(id)
        .body("loops.loop", hasItem(undeclared.loop().loop()))
        .body("loops.requestedAt", everyItem(equalTo(WATERMARK.toString())));
    feed.declare(undeclared.declared(""));
    feed.take(foreign(undeclared, "later"));
    reconciler.reconcile();
    assertThat(fate(undeclared, "later")).isEqualTo(Fate.ERASED);
    assertThat(textLeft(undeclared, "foreign words")).isZero();
  }

  /** A thumb of the same person as in this test's loop. */
  private Event<?> foreign(TestEvents into, String id) {
    var given = send.thumb(id, "r-" + id, "ada", AT, true).data();
    return into.event(
        id,
        AT,
        "k",
        new FeedbackGiven(
            given.responseId(),
            null,
            given.kind(),
            null,
            true,
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            given.endUser(),
            "foreign words",
            null,
            null,
            List.of(),
            AT));
  }

  /** Replicas of ingest have different clocks. */
  @Test
  void shouldCoverWhatArrivedBeforeWhateverItsClockSaid() {
    Instant ahead = WATERMARK.plusSeconds(300);
    feed.take(at("r1", ahead), at("r2", WATERMARK));

    feed.take(
        at("r3", ahead),
        send.erasure("era-1" + send.loop().loop(), "ada", null, WATERMARK),
        at("r4", WATERMARK.plusSeconds(9)),
        at("r5", ahead));
    reconciler.reconcile();

    assertThat(fates("int-r1", "int-r2", "int-r3", "int-r4")).containsOnly(Fate.ERASED);
    assertThat(fates("int-r5")).containsOnly(Fate.WAITING);
  }

  private Event<?> at(String response, Instant time) {
    return send.interaction(response, "c-" + response, "ada", time, "question", "answer");
  }

  /** Each transaction is short, and a small erasure does not wait for a large one. */
  @Test
  void shouldEraseABusyUserInSmallSteps() {
    feed.take(send.thumb("t1", "r1", "busy", AT, true), interaction(2, "ada"));
    QuarkusTransaction.requiringNew()
        .run(
            () ->
                sql.update(
                    """
                    insert into event (event_key, tenant, loop, source, id, kind, response_id, end_user_digest,
                      received_at, join_deadline, fate, reason, detail, deadline, phase, body)
                    select event_key || '-' || n, tenant, loop, source, id || '-' || n, kind, response_id || n,
                      end_user_digest, received_at, join_deadline, fate, reason, detail, deadline, phase, body
                    from event, generate_series(1, 5000) as n where loop = ? and id = 't1'
                    """,
                    send.loop().loop()));
    feed.take(send.erasure("era-busy" + send.loop().loop(), "busy", null, WATERMARK));
    feed.take(send.erasure("era-small" + send.loop().loop(), "ada", null, WATERMARK));
    long start = System.nanoTime();
    var round = sweep.round();
    for (int step = 0; step < 6; step++) {
      assertThat(round.getAsBoolean()).isTrue();
    }
    assertThat(fates("int-r2")).containsOnly(Fate.ERASED);
    assertThat(erased()).isBetween(1_000L, 3_001L);

    reconciler.reconcile();

    System.out.println("erased 5,001 events in " + (System.nanoTime() - start) / 1_000_000 + " ms");
    assertThat(erased()).isEqualTo(5_002);
    assertThat(
            sql.query(
                    "select steps from erasure where loop = ? and erasure_id = ?",
                    row -> row.getInt(1),
                    send.loop().loop(),
                    "era-busy" + send.loop().loop())
                .getFirst())
        .isGreaterThan(10);
  }

  private long erased() {
    return sql.query(
            "select count(*) from event where loop = ? and fate = 'erased'",
            row -> row.getLong(1),
            send.loop().loop())
        .getFirst();
  }

  private Fate fate(TestEvents of, String id) {
    return receipts.byId(of.loop(), id).getFirst().standing().fate();
  }

  @Test
  void shouldVoidACutThatHoldsErasedExamples() {
    feed.take(many());
    store.failAfter(0);
    reconciler.reconcile();
    feed.take(send.erasure("era-1" + send.loop().loop(), "user3", null, WATERMARK));
    reconciler.reconcile();
    store.heal();
    reconciler.reconcile();

    assertThat(sealed()).isEqualTo(1);
    assertThat(fates("f3", "int-r3")).containsOnly(Fate.ERASED);
    assertThat(examples.in(send.loop(), ExampleState.USED))
        .hasSize(2 * 59)
        .noneMatch(one -> one.origin().equals("response:r3"));
  }

  @Test
  void shouldNotKnowAnotherTenantsErasure() {
    String id = "era-1" + send.loop().loop();
    feed.take(send.erasure(id, "ada", null, WATERMARK));

    given()
        .header("Authorization", TestKeys.OTHER.bearer())
        .get("/v1/erasures/" + id)
        .then()
        .statusCode(404);
  }

  private io.restassured.response.ValidatableResponse erasure(String id) {
    return given()
        .header("Authorization", TestKeys.ACME.bearer())
        .get("/v1/erasures/" + id)
        .then()
        .statusCode(200);
  }

  private List<Event<?>> many() {
    List<Event<?>> events = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      events.add(interaction(i, "user" + i));
      events.add(correction(i, "user" + i));
    }
    return events;
  }

  private Event<?> interaction(int i, String endUser) {
    return send.interaction(
        "r" + i,
        "c" + i,
        endUser,
        AT.plusSeconds(i),
        TestTexts.question(i),
        TestTexts.badAnswer(i));
  }

  private Event<?> correction(int i, String endUser) {
    return send.correction("f" + i, "r" + i, endUser, AT.plusSeconds(i), TestTexts.goodAnswer(i));
  }

  private List<Fate> fates(String... ids) {
    return List.of(ids).stream()
        .map(id -> receipts.byId(send.loop(), id).getFirst().standing().fate())
        .toList();
  }

  private int sealed() {
    return QuarkusTransaction.requiringNew().call(() -> batches.all(send.loop())).size();
  }

  /** Rows of this loop that still hold the text. */
  private long textLeft(String text) {
    return textLeft(send, text);
  }

  private long textLeft(TestEvents of, String text) {
    long left = 0;
    for (String table : List.of("event", "interaction", "example")) {
      left +=
          sql.query(
                  "select count(*) from " + table + " where loop = ? and body like ?",
                  row -> row.getLong(1),
                  of.loop().loop(),
                  "%" + text + "%")
              .getFirst();
    }
    return left;
  }
}
