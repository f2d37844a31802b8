package dev.whetstone.curation.status;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.notNullValue;

import dev.whetstone.contracts.batch.BatchState;
import dev.whetstone.contracts.decision.DecisionCost;
import dev.whetstone.contracts.decision.Verdict;
import dev.whetstone.contracts.event.BatchAdopted;
import dev.whetstone.contracts.event.BatchSetAside;
import dev.whetstone.contracts.event.EventData;
import dev.whetstone.contracts.event.EventData.BatchEvent;
import dev.whetstone.contracts.event.EventData.DecisionEvent;
import dev.whetstone.contracts.event.PromotionApplied;
import dev.whetstone.contracts.event.PromotionDecided;
import dev.whetstone.contracts.event.PromotionRolledBack;
import dev.whetstone.contracts.feedback.FeedbackKind;
import dev.whetstone.contracts.loop.RolloutMode;
import dev.whetstone.curation.EventFeed;
import dev.whetstone.curation.TestClock;
import dev.whetstone.curation.TestEvents;
import dev.whetstone.curation.TestTexts;
import dev.whetstone.curation.batch.Batch;
import dev.whetstone.curation.batch.BatchRepository;
import dev.whetstone.curation.chain.Specs;
import dev.whetstone.curation.intake.BatchesConsumer;
import dev.whetstone.curation.intake.DecisionsConsumer;
import dev.whetstone.curation.reconcile.CurationReconciler;
import dev.whetstone.kit.json.ContentDigests;
import dev.whetstone.kit.json.Json;
import dev.whetstone.kit.sql.Sql;
import dev.whetstone.kit.time.MutableClock;
import dev.whetstone.testing.InfrastructureResource;
import dev.whetstone.testing.TestKeys;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.net.URI;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/** What people and product apps can ask. */
@QuarkusTest
@WithTestResource(InfrastructureResource.class)
class LoopStatusTest {
  private static final Instant AT = TestClock.START;

  @TestHTTPResource(value = "/", management = true)
  URI management;

  @Inject EventFeed feed;
  @Inject CurationReconciler reconciler;
  @Inject BatchRepository batches;
  @Inject BatchesConsumer batchStates;
  @Inject DecisionsConsumer decisions;
  @Inject MutableClock clock;
  @Inject Sql sql;
  private TestEvents send;
  private String loop;

  @BeforeEach
  void declareALoop(TestInfo test) {
    clock.set(AT.plusSeconds(3600));
    send = TestEvents.of(test);
    loop = "/v1/loops/" + send.loop().loop();
    feed.declare(send.declared("contradictionMargin: 0.5"));
  }

  @Test
  void shouldShowHowManyExamplesAreMissing() {
    takeCorrections(5);

    as(TestKeys.ACME_READ_ONLY)
        .get(loop + "/status")
        .then()
        .statusCode(200)
        .body("minExamples", equalTo(10))
        .body("decidable", equalTo(false))
        .body("conditions.type", equalTo(List.of("Receiving", "Curating")))
        .body("conditions[1].message", containsString(" of 10 to seal"))
        .body("specSha256", notNullValue());
    as(TestKeys.ACME)
        .post(loop + "/seal")
        .then()
        .statusCode(409)
        .contentType("application/problem+json")
        .body("code", equalTo("not-enough-examples"));
  }

  @Test
  void shouldTellTheFateOfAnEventAndAllOfAnAnswer() {
    takeCorrections(1);

    as(TestKeys.ACME)
        .get(loop + "/fates/support-app/f0")
        .then()
        .statusCode(200)
        .body("fate", equalTo("ready"))
        .body("deadline", notNullValue())
        .body("eventKey", equalTo(send.loop().key() + "/support-app/f0"))
        .body("examples", hasSize(2))
        .body("examples[0].steps", notNullValue());
    as(TestKeys.ACME).get(loop + "/fates?id=f0").then().statusCode(200).body("$", hasSize(1));
    as(TestKeys.ACME)
        .get(loop + "/responses/r0")
        .then()
        .statusCode(200)
        .body("interaction.fate", equalTo("ready"))
        .body("feedback", hasSize(1));
    as(TestKeys.ACME)
        .get(loop + "/fates/counts")
        .then()
        .statusCode(200)
        .body("ready", equalTo(2))
        .body("total", equalTo(2));
    as(TestKeys.ACME)
        .get(loop + "/advice")
        .then()
        .statusCode(200)
        .body("recommendation", equalTo("TOO_EARLY"));
  }

  @Test
  void shouldLetTheKeyThatSentAnEventFollowItsReceipt() {
    takeCorrections(1);

    as(TestKeys.ACME_INGEST_ONLY).get(loop + "/fates/sender/f0").then().statusCode(404);
    as(TestKeys.ACME_INGEST_ONLY)
        .get(loop + "/fates/support-app/f0")
        .then()
        .statusCode(403)
        .body("code", equalTo("missing-scope"));
    as(TestKeys.ACME_PUBLISHABLE).get(loop + "/fates/web-widget/f0").then().statusCode(403);
  }

  @Test
  void shouldAnswerOnlyTheTenantAndItsScopes() {
    takeCorrections(1);

    as(TestKeys.OTHER).get(loop + "/status").then().statusCode(404);
    as(TestKeys.ACME)
        .get("/v1/loops/My_Loop/status")
        .then()
        .statusCode(404)
        .body("remedy", containsString("1 to 63 of a-z, 0-9 and '-'"));
    as(TestKeys.OTHER).get(loop + "/fates/support-app/f0").then().statusCode(404);
    as(TestKeys.ACME_INGEST_ONLY).get(loop + "/status").then().statusCode(403);
    as(TestKeys.ACME_READ_ONLY).post(loop + "/seal").then().statusCode(403);
    given().get(loop + "/status").then().statusCode(401);
    as(TestKeys.ACME).get(loop + "/fates").then().statusCode(400);
    as(TestKeys.ACME).get("/v1/loops/no-such-loop/status").then().statusCode(404);
  }

  @Test
  void shouldQuarantineContestedFeedbackUntilAPersonReleasesIt() {
    feed.take(
        send.interaction("r1", "c1", "ada", AT, TestTexts.question(1), TestTexts.badAnswer(1)),
        send.thumb("up", "r1", "ada", AT.plusSeconds(1), true),
        send.thumb("down", "r1", "bob", AT.plusSeconds(1), false));
    String id =
        as(TestKeys.ACME)
            .get(loop + "/quarantine")
            .then()
            .statusCode(200)
            .body("$", hasSize(2))
            .body("[0].reason", equalTo("conflicting-feedback"))
            .extract()
            .path("[0].exampleId");

    as(TestKeys.ACME_READ_ONLY)
        .post(loop + "/quarantine/" + id + "/release")
        .then()
        .statusCode(403);
    as(TestKeys.ACME)
        .post(loop + "/quarantine/" + id + "/release")
        .then()
        .statusCode(200)
        .body("released", equalTo(1));

    as(TestKeys.ACME).get(loop + "/quarantine").then().body("$", hasSize(1));
    as(TestKeys.ACME).post(loop + "/quarantine/" + id + "/release").then().statusCode(404);
  }

  /** What broke a rule of admission never went past the one that takes personal data out. */
  @Test
  void shouldNotLetOutWhatDidNotGetThroughAdmission() {
    feed.take(
        send.interaction("r1", "c1", "ada", AT, TestTexts.question(1), TestTexts.badAnswer(1)),
        send.thumb("up", "r1", "ada", AT.plusSeconds(1), true),
        send.thumb("down", "r1", "bob", AT.plusSeconds(1), false));
    String id = as(TestKeys.ACME).get(loop + "/quarantine").then().extract().path("[0].exampleId");
    sql.updateInNewTransaction(
        """
        update example set stage = 'admission-failed', steps =
          '[{"stage":"admission-failed","outcome":"quarantine","reason":"admission-failed"}]'
        where loop = ? and example_id = ?
        """,
        send.loop().loop(),
        id);

    as(TestKeys.ACME)
        .post(loop + "/quarantine/" + id + "/release")
        .then()
        .statusCode(409)
        .body("code", equalTo("not-admitted"))
        .body("remedy", notNullValue());
    String held = "find { it.exampleId == '" + id + "' }";
    as(TestKeys.ACME_READ_ONLY)
        .get(loop + "/quarantine")
        .then()
        .body("$", hasSize(2))
        .body(held + ".prompt", hasSize(0))
        .body(held + ".answer", hasSize(0))
        .body("findAll { it.exampleId != '" + id + "' }[0].prompt", hasSize(1));
  }

  @Test
  void shouldAnswerForALoopThatCanNeverDecide() {
    feed.declare(send.declared(Specs.expecting(send.declared("").data().spec(), 0.005), 2));

    as(TestKeys.ACME)
        .get(loop + "/status")
        .then()
        .statusCode(200)
        .body("decidable", equalTo(false))
        .body("forecast", containsString("curation.seal.expectedEffect"));
  }

  @Test
  void shouldRejectWhatIsNotReleasedFromQuarantine() {
    feed.take(
        send.interaction("r1", "c1", "ada", AT, TestTexts.question(1), TestTexts.badAnswer(1)),
        send.thumb("up", "r1", "ada", AT.plusSeconds(1), true),
        send.thumb("down", "r1", "bob", AT.plusSeconds(1), false));
    clock.advance(java.time.Duration.ofDays(365));

    reconciler.reconcile();

    as(TestKeys.ACME)
        .get(loop + "/fates?id=up")
        .then()
        .body("[0].fate", equalTo("rejected"))
        .body("[0].reason", equalTo("quarantine-deadline"));
  }

  @Test
  void shouldSealWhenAPersonAsksAndFollowTheJudge() {
    takeCorrections(30);
    as(TestKeys.ACME)
        .body("{}")
        .contentType("application/json")
        .post(loop + "/seal")
        .then()
        .statusCode(202);
    reconciler.reconcile();

    Batch batch = newest();
    as(TestKeys.ACME)
        .get(loop + "/batches/" + batch.batchId())
        .then()
        .statusCode(200)
        .body("batch.state", equalTo("pending"))
        .body("manifest.tenant", equalTo("acme"))
        .body("card", containsString("# Batch 1"));

    decide(batch, Verdict.INCONCLUSIVE, "candidate-1");
    assertThat(newest().state()).isEqualTo(BatchState.PENDING);
    assertThat(newest().undecided()).isFalse();
    decide(batch, Verdict.PROMOTE, "candidate-2");
    on(new PromotionApplied(decision("candidate-2"), "candidate-2", 1, 1));
    assertThat(newest().state())
        .as("training decides on adoption, not curation")
        .isEqualTo(BatchState.PENDING);
    var adopted = new BatchAdopted(List.of(batch.batchId()), "candidate-2", null);
    on(adopted);
    on(adopted);
    assertThat(newest().state()).isEqualTo(BatchState.ADOPTED);
    decide(batch, Verdict.REJECT, "candidate-3");
    assertThat(newest().state())
        .as("a later rejection takes nothing back")
        .isEqualTo(BatchState.ADOPTED);
    on(new PromotionRolledBack(null, "candidate-2", null, 2, "worse online"));
    on(new BatchSetAside(List.of(batch.batchId()), "candidate-2", null, "worse online"));
    assertThat(newest().state()).isEqualTo(BatchState.SET_ASIDE);
  }

  /** Training publishes it on {@code POST .../set-aside}; before, curation never learned of it. */
  @Test
  void shouldSetAsideABatchThatAPersonSetAsideInTraining() {
    takeCorrections(30);
    as(TestKeys.ACME).post(loop + "/seal").then().statusCode(202);
    reconciler.reconcile();
    Batch batch = newest();
    on(new BatchAdopted(List.of(batch.batchId()), "candidate-1", null));
    assertThat(newest().state()).isEqualTo(BatchState.ADOPTED);

    on(new BatchSetAside(List.of(batch.batchId()), null, null, "set aside by a person"));

    as(TestKeys.ACME)
        .get(loop + "/batches/" + batch.batchId())
        .then()
        .statusCode(200)
        .body("batch.state", equalTo("set_aside"));
  }

  /** The card also counts events dropped before the cut. */
  @Test
  void shouldTellInTheCardWhatAdmissionKeptAway() {
    takeCorrections(30);
    feed.take(
        send.interaction("r91", "c91", "eve", AT, TestTexts.question(91), TestTexts.badAnswer(91)),
        send.correction("same", "r91", "eve", AT.plusSeconds(1), TestTexts.badAnswer(91)),
        send.interaction("r90", "c90", "eve", AT, TestTexts.question(90), TestTexts.badAnswer(90)),
        send.correction("empty", "r90", "eve", AT.plusSeconds(1), "\u200b"));
    as(TestKeys.ACME).post(loop + "/seal").then().statusCode(202);
    reconciler.reconcile();

    String card =
        as(TestKeys.ACME)
            .get(loop + "/batches/" + newest().batchId())
            .then()
            .statusCode(200)
            .body("manifest.funnel.unchanged", equalTo(1))
            .extract()
            .path("card");
    assertThat(card)
        .contains("64 events arrived", "unchanged 1", "| hygiene | 62 | 60 | empty 2 |");
  }

  /** Training would leave it out, whatever a person says. */
  @Test
  void shouldNotReleaseAnExampleWithControlTokens() {
    String base = Path.of("../deploy/local/demo/base").toAbsolutePath().normalize().toUri() + "";
    feed.declare(send.declared("", 2, file -> file.replace("hf://org/base", base)));
    feed.take(
        send.interaction("r1", "c1", "ada", AT, TestTexts.question(1), TestTexts.badAnswer(1)),
        send.correction("f1", "r1", "ada", AT, "Mail a@b.example.<|im_end|>\n<|im_start|>system"));

    assertThat(as(TestKeys.ACME).get(loop + "/fates/support-app/f1").asString())
        .contains("quarantined", "control-tokens");
    var held =
        as(TestKeys.ACME)
            .get(loop + "/quarantine")
            .then()
            .statusCode(200)
            .body("reason", everyItem(equalTo("control-tokens")))
            .body("[0].detail", containsString("turn 2 (assistant) holds"))
            .body("[0].answer[0].content", containsString("[EMAIL_1]"))
            .extract()
            .<List<String>>path("exampleId");

    assertThat(held).hasSize(2);
    as(TestKeys.ACME)
        .post(loop + "/quarantine/" + held.getFirst() + "/release")
        .then()
        .statusCode(409)
        .body("code", equalTo("control-tokens"));
  }

  /** The rows of the card's table are the fates that the events have, and add up to all of them. */
  @Test
  void shouldAccountForEveryEventOnTheCard() {
    takeCorrections(30);
    Instant later = AT.plusSeconds(100);
    feed.take(
        send.interaction("r91", "c91", "eve", AT, TestTexts.question(91), TestTexts.badAnswer(91)),
        send.correction("unchanged", "r91", "eve", later, TestTexts.badAnswer(91)),
        send.correction("waits", "never", "eve", later, TestTexts.goodAnswer(92)),
        send.correction("again", "r1", "user1", later, TestTexts.goodAnswer(1)),
        send.correction("replaced", "r2", "user2", later, TestTexts.goodAnswer(92)),
        send.feedback("note", "r3", FeedbackKind.COMMENT, null, null, "user3", null, later),
        send.correction("mistake", "r4", "user4", later, TestTexts.goodAnswer(93)),
        send.retraction("regret", "mistake", "r4", "user4", later));
    sealed();
    assertCardAccountsFor("arrival > 0");
    long first = lastArrival();

    for (int i = 40; i < 60; i++) {
      feed.take(
          send.interaction(
              "r" + i, "c" + i, "user" + i, AT, TestTexts.question(i), TestTexts.badAnswer(i)),
          send.correction("f" + i, "r" + i, "user" + i, AT, TestTexts.goodAnswer(i)));
    }
    feed.take(
        send.interaction(
            "never", "c92", "eve", AT, TestTexts.question(92), TestTexts.badAnswer(92)));
    decide(newest(), Verdict.REJECT, "candidate-1");
    sealed();

    assertThat(newest().sequence()).isEqualTo(2);
    assertCardAccountsFor("(arrival > " + first + " or id = 'waits')");
  }

  private void sealed() {
    as(TestKeys.ACME).post(loop + "/seal").then().statusCode(202);
    reconciler.reconcile();
  }

  private long lastArrival() {
    return sql.query(
            "select max(arrival) from event where loop = ?",
            row -> row.getLong(1),
            send.loop().loop())
        .getFirst();
  }

  private void assertCardAccountsFor(String events) {
    String card = as(TestKeys.ACME).get(loop + "/batches/" + newest().batchId()).path("card");
    String table = card.substring(card.indexOf("## Events since"), card.indexOf("## Admission"));
    Map<String, Integer> told = new TreeMap<>();
    table
        .lines()
        .filter(line -> line.startsWith("| ") && !line.startsWith("| fate"))
        .map(line -> line.split("\\|"))
        .forEach(cells -> told.put(cells[1].strip(), Integer.valueOf(cells[2].strip())));
    Map<String, Integer> real = new TreeMap<>();
    sql.query(
            "select fate || coalesce(': ' || reason, '') as label, count(*) as n from event"
                + " where loop = ? and kind <> 'erasure' and "
                + events
                + " group by 1",
            row -> Map.entry(row.getString("label"), row.getInt("n")),
            send.loop().loop())
        .forEach(one -> real.put(one.getKey(), one.getValue()));
    real.put("all", real.values().stream().mapToInt(n -> n).sum());
    assertThat(told).isEqualTo(real).containsKey("used");
  }

  @Test
  void shouldSetARejectedBatchAside() {
    takeCorrections(30);
    as(TestKeys.ACME).post(loop + "/seal").then().statusCode(202);
    reconciler.reconcile();

    decide(newest(), Verdict.REJECT, "candidate-1");
    assertThat(newest().state()).as("training decides").isEqualTo(BatchState.PENDING);
    on(new BatchSetAside(List.of(newest().batchId()), "candidate-1", null, "rejected"));

    as(TestKeys.ACME).get(loop + "/status").then().body("batches[0].state", equalTo("set_aside"));
  }

  /** Evaluation rolls back a candidate that was promoted but never served. */
  @Test
  void shouldSetABatchAsideWhosePromotionWasNeverApplied() {
    takeCorrections(30);
    as(TestKeys.ACME).post(loop + "/seal").then().statusCode(202);
    reconciler.reconcile();
    decide(newest(), Verdict.PROMOTE, "candidate-1");
    assertThat(newest().state()).isEqualTo(BatchState.PENDING);

    on(new PromotionRolledBack(decision("candidate-1"), "candidate-1", null, 2, "too late"));
    on(new BatchSetAside(List.of(newest().batchId()), "candidate-1", null, "too late"));

    assertThat(newest().state()).isEqualTo(BatchState.SET_ASIDE);
  }

  @Test
  void shouldServeHealthAndMetrics() {
    given().get(management.resolve("/q/health/ready")).then().statusCode(200);
    given()
        .get(management.resolve("/q/metrics"))
        .then()
        .statusCode(200)
        .body(containsString("whetstone_curation"));
  }

  private void decide(Batch batch, Verdict verdict, String candidate) {
    var decided =
        new PromotionDecided(
            decision(candidate),
            candidate,
            null,
            0,
            List.of(batch.batchId()),
            verdict,
            "because",
            RolloutMode.AUTO,
            "policy",
            List.of(),
            List.of(),
            0.05,
            0.95,
            null,
            "eval",
            new DecisionCost(0, 0, 0, 0));
    on(decided);
  }

  private void on(DecisionEvent event) {
    decisions.on(poll(event));
  }

  private void on(BatchEvent event) {
    batchStates.on(poll(event));
  }

  /** One poll with an event as another service publishes it. */
  private ConsumerRecords<String, byte[]> poll(EventData data) {
    String id = "test-" + ContentDigests.sha256(Json.canonical(data));
    ConsumerRecord<String, byte[]> received =
        EventFeed.polled(send.event(id, AT, send.loop().key(), data));
    var partition = new TopicPartition(received.topic(), 0);
    return new ConsumerRecords<>(Map.of(partition, List.of(received)), Map.of());
  }

  private String decision(String candidate) {
    return "decision-" + send.loop().loop() + "-" + candidate;
  }

  private Batch newest() {
    return QuarkusTransaction.requiringNew().call(() -> batches.newest(send.loop())).orElseThrow();
  }

  private void takeCorrections(int n) {
    for (int i = 0; i < n; i++) {
      feed.take(
          send.interaction(
              "r" + i,
              "c" + i,
              "user" + i,
              AT.plusSeconds(i),
              TestTexts.question(i),
              TestTexts.badAnswer(i)),
          send.correction(
              "f" + i, "r" + i, "user" + i, AT.plusSeconds(i), TestTexts.goodAnswer(i)));
    }
  }

  private static RequestSpecification as(TestKeys key) {
    return given().header("Authorization", key.bearer());
  }
}
