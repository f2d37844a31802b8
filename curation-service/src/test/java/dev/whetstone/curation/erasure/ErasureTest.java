package dev.whetstone.curation.erasure;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import dev.whetstone.contracts.envelope.Event;
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
import dev.whetstone.testing.InfrastructureResource;
import dev.whetstone.testing.TestKeys;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
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
  @Inject ReceiptRepository receipts;
  @Inject ExampleRepository examples;
  @Inject BatchRepository batches;
  @Inject FaultyObjectStore store;
  @Inject Sql sql;
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
    Instant after = WATERMARK.plusSeconds(1);
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
    erasure(id).body("state", equalTo("open"));
    reconciler.reconcile();

    erasure(id)
        .body("state", equalTo("done"))
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
    long left = 0;
    for (String table : List.of("event", "interaction", "example")) {
      left +=
          sql.query(
                  "select count(*) from " + table + " where loop = ? and body like ?",
                  row -> row.getLong(1),
                  send.loop().loop(),
                  "%" + text + "%")
              .getFirst();
    }
    return left;
  }
}
