package dev.whetstone.curation.cut;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.whetstone.contracts.TopicNames;
import dev.whetstone.contracts.envelope.Event;
import dev.whetstone.contracts.event.BatchSealed;
import dev.whetstone.contracts.event.BatchTainted;
import dev.whetstone.curation.EventFeed;
import dev.whetstone.curation.FaultyObjectStore;
import dev.whetstone.curation.TestClock;
import dev.whetstone.curation.TestEvents;
import dev.whetstone.curation.TestTexts;
import dev.whetstone.curation.batch.Batch;
import dev.whetstone.curation.batch.BatchRepository;
import dev.whetstone.curation.example.ExampleRepository;
import dev.whetstone.curation.example.ExampleState;
import dev.whetstone.curation.fate.Fate;
import dev.whetstone.curation.fate.ReceiptRepository;
import dev.whetstone.curation.reconcile.CurationReconciler;
import dev.whetstone.kit.sql.Sql;
import dev.whetstone.kit.time.MutableClock;
import dev.whetstone.testing.InfrastructureResource;
import dev.whetstone.testing.KafkaProbe;
import dev.whetstone.testing.TestKeys;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.hamcrest.Matchers;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/** A seal that is interrupted at any point still gives the same batch, once (I6, I9). */
@QuarkusTest
@WithTestResource(InfrastructureResource.class)
class SealFaultsTest {
  private static final Instant AT = TestClock.START;
  private static final int CONVERSATIONS = 60;

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
    clock.set(AT.plusSeconds(3600));
    send = TestEvents.of(test);
    feed.declare(send.declared(""));
    QuarkusTransaction.requiringNew()
        .run(() -> sql.update("drop trigger if exists fail_at_commit on batch"));
  }

  @AfterEach
  void heal() {
    store.heal();
    QuarkusTransaction.requiringNew()
        .run(() -> sql.update("drop trigger if exists fail_at_commit on batch"));
  }

  /** I9: order, duplicates and polls of the events make no difference to the batch. */
  @Test
  void shouldSealTheSameBytesWhateverTheOrderOfEvents() {
    List<Event<?>> events = events(send);
    feed.take(events);
    reconciler.reconcile();
    Batch first = onlyBatch(send);

    QuarkusTransaction.requiringNew().run(this::forgetEverything);
    List<Event<?>> shuffled = new ArrayList<>(events);
    shuffled.addAll(events.subList(0, 20));
    Collections.shuffle(shuffled, new Random(7));
    for (int i = 0; i < shuffled.size(); i += 9) {
      feed.take(shuffled.subList(i, Math.min(i + 9, shuffled.size())));
    }
    reconciler.reconcile();

    assertThat(onlyBatch(send).batchId()).isEqualTo(first.batchId());
  }

  @Test
  void shouldSealTheSameBatchAfterTheStoreFailedAtAnyWrite() {
    feed.take(events(send));
    int tries = 0;
    for (int writes = 0; writes < 9 && batches().isEmpty(); writes++) {
      store.failAfter(writes);
      reconciler.reconcile();
      assertThat(openCuts())
          .as("after a fault at write %d", writes)
          .isEqualTo(batches().isEmpty() ? 1 : 0);
      tries++;
    }
    store.heal();
    reconciler.reconcile();

    assertThat(tries).isGreaterThan(5);
    assertThat(announced(BatchSealed.class)).isEqualTo(1);
    assertThat(onlyBatch(send).batchId()).isEqualTo(sameContentElsewhere());
  }

  /** A full disk is shown in the loop's status. */
  @Test
  void shouldShowInTheStatusWhyABatchCannotBeSealed() {
    feed.take(events(send));
    store.failAfter(0);
    reconciler.reconcile();
    status()
        .body("conditions[1].status", Matchers.equalTo("False"))
        .body("conditions[1].reason", Matchers.equalTo("Blocked"))
        .body("conditions[1].message", Matchers.containsString("no space left"));

    store.heal();
    reconciler.reconcile();

    status().body("conditions[1].status", Matchers.equalTo("True"));
  }

  /** The message names the place and quotes nothing of the example. */
  @Test
  void shouldShowInTheStatusThatACutFails() {
    feed.take(events(send));
    String row =
        sql.query(
                "select row_id from example where loop = ? order by 1",
                one -> one.getString(1),
                send.loop().loop())
            .getFirst();
    String body =
        sql.query("select body from example where row_id = ?", one -> one.getString(1), row)
            .getFirst();
    sql.updateInNewTransaction("update example set body = 'a secret' where row_id = ?", row);
    reconciler.reconcile();
    reconciler.reconcile();
    status()
        .body("conditions[1].reason", Matchers.equalTo("Blocked"))
        .body("conditions[1].message", Matchers.containsString(".java:"))
        .body("conditions[1].message", Matchers.not(Matchers.containsString("secret")));

    sql.updateInNewTransaction("update example set body = ? where row_id = ?", body, row);
    clock.advance(Duration.ofSeconds(10));
    reconciler.reconcile();

    assertThat(batches()).hasSize(1);
    status().body("conditions[1].status", Matchers.equalTo("True"));
  }

  private ValidatableResponse status() {
    return RestAssured.given()
        .header("Authorization", TestKeys.ACME.bearer())
        .get("/v1/loops/" + send.loop().loop() + "/status")
        .then()
        .statusCode(200);
  }

  @Test
  void shouldSealOnceAfterACommitThatFailed() {
    feed.take(events(send));
    QuarkusTransaction.requiringNew().run(this::failAtCommit);
    reconciler.reconcile();
    assertThat(batches()).isEmpty();
    assertThat(openCuts()).isEqualTo(1);
    assertThat(receipts.counts(send.loop())).doesNotContainKey(Fate.USED);

    heal();
    reconciler.reconcile();
    reconciler.reconcile();

    assertThat(batches()).hasSize(1);
    assertThat(announced(BatchSealed.class)).isEqualTo(1);
    assertThat(receipts.counts(send.loop())).containsOnlyKeys(Fate.USED);
  }

  @Test
  void shouldCutAnewWhenSomethingWasTakenBackBetweenCutAndSeal() {
    feed.take(events(send));
    store.failAfter(4);
    reconciler.reconcile();
    assertThat(openCuts()).isEqualTo(1);
    List<String> leftovers = planned();
    assertThat(leftovers).anyMatch(store::exists);

    feed.take(send.retraction("x1", "f3", "r3", "user3", AT.plusSeconds(100)));
    store.heal();
    reconciler.reconcile();
    reconciler.reconcile();

    assertThat(batches()).hasSize(1);
    assertThat(receipts.byId(send.loop(), "f3").getFirst().standing().fate())
        .isEqualTo(Fate.WITHDRAWN);
    assertThat(examples.in(send.loop(), ExampleState.USED)).hasSize(2 * CONVERSATIONS - 2);
    assertThat(announced(BatchTainted.class)).isZero();
    assertThat(leftovers).noneMatch(key -> store.exists(key) && !needed(key));
  }

  /** A void cut keeps the list of its objects until they are deleted. */
  @Test
  void shouldDeleteTheObjectsOfAVoidCutOnceTheStoreAllowsIt() {
    feed.take(events(send));
    store.failAfter(4);
    reconciler.reconcile();
    List<String> leftovers = planned();
    feed.take(send.retraction("x1", "f3", "r3", "user3", AT.plusSeconds(100)));
    store.heal();
    store.refuseDeletes();
    reconciler.reconcile();
    assertThat(openCuts()).isZero();
    assertThat(leftovers).anyMatch(key -> store.exists(key) && !needed(key));

    store.heal();
    reconciler.reconcile();

    assertThat(leftovers).noneMatch(key -> store.exists(key) && !needed(key));
    assertThat(batches()).hasSize(1);
  }

  /** Every other test relies on it: the store of these tests fails a write in a transaction. */
  @Test
  void shouldNotWriteObjectsInATransaction() {
    QuarkusTransaction.requiringNew()
        .run(
            () ->
                assertThatThrownBy(() -> store.putBlob(new byte[1]))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("in a transaction"));
  }

  /** Keys that sealing the open cut would write. */
  private List<String> planned() {
    return sql.query(
            "select planned from cut where loop = ? and state = 'open'",
            row -> Sql.texts(row, "planned"),
            send.loop().loop())
        .getFirst();
  }

  private boolean needed(String key) {
    return !sql.query("select 1 from batch_blob where blob = ?", row -> 1, key).isEmpty();
  }

  @Test
  void shouldTaintTheBatchWhenSomethingIsTakenBackAfterTheSeal() {
    feed.take(events(send));
    reconciler.reconcile();

    feed.take(send.retraction("x1", "f3", "r3", "user3", AT.plusSeconds(100)));

    assertThat(batches().getFirst().tainted()).isTrue();
    assertThat(receipts.byId(send.loop(), "f3").getFirst().standing().fate())
        .isEqualTo(Fate.WITHDRAWN);
    assertThat(announced(BatchTainted.class)).isEqualTo(1);
  }

  /** Two reconcilers at once: one cut, one batch, one announcement. */
  @Test
  void shouldSealOnceWithTwoReconcilers() throws Exception {
    feed.take(events(send));
    var workers =
        Stream.generate(() -> Thread.ofVirtual().start(reconciler::reconcile)).limit(4).toList();
    for (Thread worker : workers) {
      worker.join();
    }
    reconciler.reconcile();

    assertThat(batches()).hasSize(1);
    assertThat(announced(BatchSealed.class)).isEqualTo(1);
  }

  private String sameContentElsewhere() {
    String here = onlyBatch(send).batchId();
    QuarkusTransaction.requiringNew().run(this::forgetEverything);
    feed.take(events(send));
    reconciler.reconcile();
    String there = onlyBatch(send).batchId();
    return there.equals(here) ? there : "another: " + there;
  }

  private static List<Event<?>> events(TestEvents send) {
    List<Event<?>> events = new ArrayList<>();
    for (int i = 0; i < CONVERSATIONS; i++) {
      Instant then = AT.plusSeconds(i);
      String user = "user" + i;
      events.add(
          send.interaction(
              "r" + i, "c" + i, user, then, TestTexts.question(i), TestTexts.badAnswer(i)));
      events.add(send.correction("f" + i, "r" + i, user, then, TestTexts.goodAnswer(i)));
    }
    return events;
  }

  private void failAtCommit() {
    sql.updateInNewTransaction(
        """
        create or replace function fail_at_commit() returns trigger language plpgsql as
        $$ begin raise exception 'forced at commit'; end $$
        """);
    sql.updateInNewTransaction(
        """
        create constraint trigger fail_at_commit after insert on batch
        deferrable initially deferred for each row execute function fail_at_commit()
        """);
  }

  /** As if nothing had ever been received; some time goes by. */
  private void forgetEverything() {
    clock.advance(Duration.ofMinutes(1));
    sql.updateInNewTransaction(
        "delete from batch_blob where batch_id in (select batch_id from batch where loop = ?)",
        send.loop().loop());
    for (String table :
        List.of("event", "example", "interaction", "conversation", "cut", "batch")) {
      sql.updateInNewTransaction("delete from " + table + " where loop = ?", send.loop().loop());
    }
    sql.updateInNewTransaction(
        "delete from inbox where event_key like ?", send.loop().key() + "/%");
  }

  private List<Batch> batches() {
    return QuarkusTransaction.requiringNew().call(() -> batches.all(send.loop()));
  }

  private Batch onlyBatch(TestEvents of) {
    List<Batch> all = QuarkusTransaction.requiringNew().call(() -> batches.all(of.loop()));
    assertThat(all).hasSize(1);
    return all.getFirst();
  }

  private long openCuts() {
    return sql.query(
            "select count(*) from cut where loop = ? and state = 'open'",
            row -> row.getLong(1),
            send.loop().loop())
        .getFirst();
  }

  /** Announcements on Kafka, once the outbox is empty. */
  private long announced(Class<?> what) {
    String type =
        what == BatchSealed.class
            ? "dev.whetstone.batch.sealed.v1"
            : "dev.whetstone.batch.tainted.v1";
    await()
        .atMost(Duration.ofSeconds(20))
        .until(
            () ->
                sql.query(
                            "select count(*) from outbox where message_key = ?",
                            row -> row.getLong(1),
                            send.loop().key())
                        .getFirst()
                    == 0);
    try (var kafka = KafkaProbe.shared()) {
      return kafka.all(TopicNames.BATCHES, type).stream()
          .filter(one -> send.loop().key().equals(one.key()))
          .count();
    }
  }
}
