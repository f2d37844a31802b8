package dev.whetstone.training.scoring;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.TopicNames;
import dev.whetstone.contracts.envelope.EventType;
import dev.whetstone.contracts.event.EventData.ScoringEvent;
import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.contracts.run.CheckpointManifest;
import dev.whetstone.contracts.run.StatusReport;
import dev.whetstone.contracts.run.StatusReport.Phase;
import dev.whetstone.contracts.scoring.ScoreRow;
import dev.whetstone.contracts.scoring.ScoresManifest;
import dev.whetstone.contracts.scoring.ScoringSpec;
import dev.whetstone.kit.id.IdGenerator;
import dev.whetstone.kit.json.Json;
import dev.whetstone.kit.store.ObjectStore;
import dev.whetstone.kit.store.StoredObject;
import dev.whetstone.testing.InfrastructureResource;
import dev.whetstone.testing.KafkaProbe;
import dev.whetstone.testing.TestKeys;
import dev.whetstone.training.TestLeaseClock;
import dev.whetstone.training.TrainingFixture;
import dev.whetstone.training.WorkerDouble;
import dev.whetstone.training.engine.FakeComputeEngine;
import dev.whetstone.training.scoring.ScoringJobRepository.StoredJob;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@WithTestResource(InfrastructureResource.class)
class ScoringJobLifecycleTest {
  @TestHTTPResource(value = "/", management = true)
  URI management;

  private static final ScoringEvent.LeftOut LEFT_OUT =
      new ScoringEvent.LeftOut("fresh/x/2", "too-long: 900 tokens, the base model takes 512");

  @Inject TrainingFixture fixture;
  @Inject FakeComputeEngine engine;
  @Inject WorkerDouble worker;
  @Inject ScoringJobRepository jobs;
  @Inject ScoringReconciler reconciler;
  @Inject TestLeaseClock clock;
  @Inject ObjectStore store;
  @Inject IdGenerator ids;

  @AfterEach
  void endAllJobs() {
    engine.limitScoring(Integer.MAX_VALUE);
    engine.limit(Integer.MAX_VALUE);
    clock.advance(Duration.ofHours(1));
    reconciler.pass();
    fixture.endAllRuns();
  }

  @Test
  void shouldTurnARequestIntoPublishedScores() {
    LoopId loop = fixture.loop();
    ScoringEvent.Requested request = request();
    try (KafkaProbe kafka = KafkaProbe.shared()) {
      kafka.send(fixture.event(loop, request));
      kafka.send(fixture.event(loop, request));
      await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> jobs.find(request.scoringId()).isPresent());
      reconciler.pass();

      String attempt = attempt(request, 1);
      ScoringSpec spec = engine.scoringSpec(attempt);
      assertThat(spec.adapters()).isEqualTo(request.adapters());
      assertThat(spec.items().sha256()).isEqualTo(request.items().sha256());
      assertThat(engine.launches()).filteredOn(attempt::equals).hasSize(1);
      worker
          .reports(
              attempt, engine.token(attempt), TrainingFixture.report(1, Phase.SCORING, 7, null))
          .statusCode(200)
          .body("directive", is("continue"));
      status(loop, "Scoring");
      StatusReport.Result result = writeScores(spec);
      worker
          .reports(attempt, engine.token(attempt), TrainingFixture.report(1, Phase.DONE, 9, result))
          .statusCode(200);
      engine.exit(attempt, 0, "");
      reconciler.pass();

      ScoringEvent.Completed completed =
          awaitPublished(kafka, loop, EventType.SCORING_COMPLETED, ScoringEvent.Completed.class);
      assertThat(completed.scoringId()).isEqualTo(request.scoringId());
      assertThat(completed.evaluationId()).isEqualTo(request.evaluationId());
      assertThat(completed.counts()).isEqualTo(new ScoringEvent.Counts(2, 1, 1));
      assertThat(completed.leftOut()).containsExactly(LEFT_OUT);
      assertThat(
              store.readVerified(
                  store.key(URI.create(completed.scoresUri())), completed.scoresSha256()))
          .isNotEmpty();
      worker
          .reports(attempt, engine.token(attempt), TrainingFixture.report(1, Phase.DONE, 9, result))
          .statusCode(409);
      given()
          .get(management.resolve("/q/metrics"))
          .then()
          .body(containsString("whetstone_training_scoring_jobs"));
    }
  }

  @Test
  void shouldNotWaitForARunThatTrains() {
    LoopId loop = fixture.loop();
    fixture.seal(loop, 1, 20);
    fixture.pass();
    engine.limitToRunning();
    ScoringEvent.Requested request = requested(loop);

    reconciler.pass();

    assertThat(engine.launches()).contains(attempt(request, 1));
  }

  @Test
  void shouldWaitForASlotWithoutCountingAnAttempt() {
    LoopId loop = fixture.loop();
    engine.limitScoring(0);
    ScoringEvent.Requested request = requested(loop);
    reconciler.pass();
    clock.advance(Duration.ofSeconds(5));
    reconciler.pass();
    status(loop, "worker slots are taken");

    engine.limitScoring(Integer.MAX_VALUE);
    clock.advance(Duration.ofSeconds(5));
    reconciler.pass();

    assertThat(engine.launches()).contains(attempt(request, 1));
  }

  @Test
  void shouldTryAgainAfterItsWorkerWasKilledAndEndAtTheBound() {
    LoopId loop = fixture.loop();
    ScoringEvent.Requested request = requested(loop);
    for (long fence = 1; fence <= ScoringJobRule.MOST_FAILURES; fence++) {
      reconciler.pass();
      assertThat(engine.launches()).contains(attempt(request, fence));
      engine.exit(attempt(request, fence), 137, "");
      reconciler.pass();
      clock.advance(Duration.ofMinutes(1));
    }

    assertFailed(loop, "worker-failed", "3 of at most 3 attempts failed");
    assertThat(engine.launches()).doesNotContain(attempt(request, 4));
  }

  @Test
  void shouldResumeAfterAKillBetweenClaimAndRecord() {
    LoopId loop = fixture.loop();
    ScoringEvent.Requested request = requested(loop);
    engine.failAfterNextLaunch();
    reconciler.pass();
    clock.advance(Duration.ofMinutes(2));
    reconciler.pass();
    engine.exit(attempt(request, 1), 0, "");
    writeScores(engine.scoringSpec(attempt(request, 1)));
    reconciler.pass();

    assertThat(engine.launches()).filteredOn(attempt(request, 1)::equals).hasSize(1);
    assertThat(stored(request).job()).isInstanceOf(ScoringJob.Completed.class);
  }

  @Test
  void shouldRefuseOutputThatDoesNotVerify() {
    LoopId loop = fixture.loop();
    ScoringEvent.Requested request = requested(loop);
    reconciler.pass();
    engine.exit(attempt(request, 1), 0, "");
    reconciler.pass();

    assertThat(stored(request).job())
        .isInstanceOfSatisfying(
            ScoringJob.Waiting.class,
            waiting ->
                assertThat(waiting.reason())
                    .contains("exited with 0, but object scoring/", "is not in the store"));
  }

  @Test
  void shouldEndAJobAtItsDeadlineAndStopItsWorker() {
    LoopId loop = fixture.loop();
    ScoringEvent.Requested request = requested(loop);
    reconciler.pass();
    clock.advance(Duration.ofMinutes(15));
    reconciler.pass();

    assertThat(engine.stops()).contains(attempt(request, 1));
    assertFailed(loop, "deadline", "the worker was still scoring");
  }

  @Test
  void shouldDeleteAJobAndItsObjectsSomeDaysAfterItsEnd() {
    LoopId loop = fixture.loop();
    ScoringEvent.Requested request = requested(loop);
    reconciler.pass();
    ScoringSpec spec = engine.scoringSpec(attempt(request, 1));
    writeScores(spec);
    engine.exit(attempt(request, 1), 0, "");
    reconciler.pass();
    reconciler.pruneEnded();
    assertThat(jobs.find(request.scoringId())).isPresent();

    clock.advance(Duration.ofDays(8));
    reconciler.pruneEnded();

    assertThat(jobs.find(request.scoringId())).isEmpty();
    assertThat(store.list("scoring/" + request.scoringId() + "/")).isEmpty();
  }

  @Test
  void shouldRefuseReportsOfAnotherToken() {
    ScoringEvent.Requested request = requested(fixture.loop());
    reconciler.pass();
    StatusReport report = TrainingFixture.report(1, Phase.SCORING, 1, null);

    worker.reports(attempt(request, 1), "wsw_other", report).statusCode(401);
    worker.reports("scoring.ev-unknown.1", "wsw_other", report).statusCode(404);
  }

  @Test
  void shouldRefuseAnIdThatIsNoNameOfAFolder() {
    LoopId loop = fixture.loop();
    ScoringEvent.Requested request = request("../../outside");
    try (KafkaProbe kafka = KafkaProbe.shared()) {
      kafka.send(fixture.event(loop, request));

      await()
          .atMost(Duration.ofSeconds(30))
          .until(
              () ->
                  kafka.all(TopicNames.deadLetters(TopicNames.SCORING)).stream()
                      .anyMatch(letter -> loop.key().equals(letter.key())));
    }
    assertThat(jobs.find(request.scoringId())).isEmpty();
  }

  private ScoringEvent.Requested requested(LoopId loop) {
    ScoringEvent.Requested request = request();
    QuarkusTransaction.requiringNew().run(() -> jobs.add(loop, request, clock.now()));
    return request;
  }

  private ScoringEvent.Requested request() {
    return request(ids.next("ev-"));
  }

  private ScoringEvent.Requested request(String id) {
    return new ScoringEvent.Requested(
        id,
        id,
        "1".repeat(64),
        new LoopSpec.BaseModel("file:///base", "b".repeat(64), null),
        new ScoringEvent.Items("file:///items.jsonl", "a".repeat(64), 2),
        List.of(new ScoringEvent.Adapter("2".repeat(64), "file:///adapter/", "9".repeat(64))),
        clock.now().plus(Duration.ofMinutes(15)));
  }

  private StatusReport.Result writeScores(ScoringSpec spec) {
    String folder = store.key(URI.create(spec.output().uri())) + "/";
    byte[] row = Json.write(new ScoreRow("fresh/x/1", null, 3, -1.5, 2));
    StoredObject scores = store.put(folder + "scores.jsonl", row);
    ScoresManifest manifest =
        new ScoresManifest(
            "scores",
            spec.jobId(),
            spec.fence(),
            List.of(new CheckpointManifest.File("scores.jsonl", scores.bytes(), scores.sha256())),
            new ScoringEvent.Counts(2, 1, 1),
            List.of(LEFT_OUT),
            "0.1.0");
    StoredObject stored = store.put(folder + "manifest.json", Json.write(manifest));
    return new StatusReport.Result(stored.uri().toString(), stored.sha256());
  }

  private StoredJob stored(ScoringEvent.Requested request) {
    return jobs.find(request.scoringId()).orElseThrow();
  }

  private static String attempt(ScoringEvent.Requested request, long fence) {
    return new ScoringAttemptId(request.scoringId(), fence).text();
  }

  private static void status(LoopId loop, String message) {
    given()
        .header("Authorization", TestKeys.ACME.bearer())
        .get("/v1/loops/" + loop.loop() + "/status")
        .then()
        .statusCode(200)
        .body("conditions[1].type", is("Scoring"))
        .body("conditions[1].toString()", containsString(message));
  }

  private void assertFailed(LoopId loop, String code, String reason) {
    try (KafkaProbe kafka = KafkaProbe.shared()) {
      ScoringEvent.Failed failed =
          awaitPublished(kafka, loop, EventType.SCORING_FAILED, ScoringEvent.Failed.class);
      assertThat(failed.code()).isEqualTo(code);
      assertThat(failed.reason()).contains(reason);
    }
  }

  private static <T> T awaitPublished(
      KafkaProbe kafka, LoopId loop, EventType type, Class<T> body) {
    return await()
        .atMost(Duration.ofSeconds(30))
        .until(
            () ->
                kafka.all(TopicNames.SCORING, type.wireName()).stream()
                    .filter(message -> loop.key().equals(message.key()))
                    .map(message -> KafkaProbe.body(message, body))
                    .toList(),
            events -> events.size() == 1)
        .getFirst();
  }
}
