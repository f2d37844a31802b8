package dev.whetstone.training;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.TopicNames;
import dev.whetstone.contracts.batch.BatchState;
import dev.whetstone.contracts.decision.DecisionCost;
import dev.whetstone.contracts.decision.Verdict;
import dev.whetstone.contracts.event.CheckpointReady;
import dev.whetstone.contracts.event.LoopDeclared;
import dev.whetstone.contracts.event.PromotionApplied;
import dev.whetstone.contracts.event.PromotionDecided;
import dev.whetstone.contracts.loop.RolloutMode;
import dev.whetstone.contracts.run.RunSpec;
import dev.whetstone.contracts.run.StatusReport;
import dev.whetstone.contracts.run.StatusReport.Phase;
import dev.whetstone.kit.json.Json;
import dev.whetstone.testing.InfrastructureResource;
import dev.whetstone.testing.KafkaProbe;
import dev.whetstone.testing.TestKeys;
import dev.whetstone.training.batch.Batch;
import dev.whetstone.training.batch.BatchRepository;
import dev.whetstone.training.engine.FakeComputeEngine;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;

@QuarkusTest
@WithTestResource(InfrastructureResource.class)
class BatchToCheckpointTest {
  @Inject TrainingFixture fixture;
  @Inject FakeComputeEngine engine;
  @Inject BatchRepository batches;
  @Inject TestLeaseClock clock;

  @Test
  void shouldTurnASealedBatchIntoAPublishedCheckpoint() {
    LoopId loop = fixture.newId();
    LoopDeclared declared = fixture.declaration(loop, "");
    try (KafkaProbe kafka = KafkaProbe.shared()) {
      kafka.send(fixture.event(loop, declared));
      TrainingFixture.Sealed sealed = fixture.write(loop, 1, 60, declared.specSha256());
      kafka.send(fixture.event(loop, sealed.event()));
      await()
          .atMost(Duration.ofSeconds(30))
          .ignoreException(NoSuchElementException.class)
          .untilAsserted(
              () -> {
                fixture.pass();
                assertThat(engine.launches()).contains(fixture.attempt(loop));
              });

      RunSpec spec = fixture.spec(loop);
      report(spec, TrainingFixture.report(1, Phase.TRAINING, 5, null), 200)
          .body("directive", is("continue"));
      status(loop).body("conditions[0].message", containsString("training, step 5"));
      StatusReport.Result result = fixture.writeCheckpoint(spec);
      StatusReport done = TrainingFixture.report(1, Phase.DONE, 32, result);
      report(spec, done, 200);
      report(spec, done, 200);

      CheckpointReady ready = awaitReady(kafka, spec.runId());
      assertThat(ready.checkpointId()).isEqualTo(result.manifestSha256());
      assertThat(ready.batchIds()).containsExactly(sealed.event().batchId());
      assertThat(ready.adapterUri()).isEqualTo(spec.output().uri() + "adapter/");
      get("/v1/loops/" + loop.loop() + "/runs")
          .body("", hasSize(1))
          .body("[0].state", is("succeeded"))
          .body("[0].checkpointId", is(result.manifestSha256()))
          .body("[0].hyperparameters.epochs", equalTo(8))
          .body("[0].attempts[0].state", is("succeeded"));
      get("/v1/runs/" + spec.runId() + "/metrics").body("step", contains(5, 32));
      adoptOnceApplied(kafka, loop, sealed, result.manifestSha256());
    }
  }

  @Test
  void shouldPublishTheGpuSecondsThatTheWorkerCountedAfterAKill() {
    LoopId loop = fixture.loop();
    fixture.seal(loop, 1, 20);
    fixture.pass();
    clock.advance(Duration.ofSeconds(9));
    engine.exit(fixture.attempt(loop), 137, "");
    fixture.pass();
    clock.advance(Duration.ofSeconds(9));
    fixture.pass();
    RunSpec second = fixture.spec(loop);
    assertThat(second.fence()).isEqualTo(2);

    StatusReport.Result result = fixture.writeCheckpoint(second);
    report(second, TrainingFixture.report(2, Phase.DONE, 32, result), 200);

    try (KafkaProbe kafka = KafkaProbe.shared()) {
      assertThat(awaitReady(kafka, second.runId()).gpuSeconds()).isEqualTo(7.5);
    }
  }

  private void adoptOnceApplied(
      KafkaProbe kafka, LoopId loop, TrainingFixture.Sealed sealed, String checkpointId) {
    kafka.send(
        fixture.event(loop, decided(checkpointId, Verdict.PROMOTE, sealed.event().batchId())));
    kafka.send(fixture.event(loop, new PromotionApplied("decision-1", checkpointId, 1, 1)));
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(
            () ->
                assertThat(batches.all(loop))
                    .extracting(Batch::state)
                    .containsExactly(BatchState.ADOPTED));
  }

  static PromotionDecided decided(String candidate, Verdict verdict, String batchId) {
    return new PromotionDecided(
        "decision-1",
        candidate,
        null,
        0,
        List.of(batchId),
        verdict,
        "because",
        RolloutMode.AUTO,
        "0".repeat(64),
        List.of(),
        List.of(),
        0.05,
        0.0,
        null,
        "policy",
        new DecisionCost(0, 0, 0, 0));
  }

  private static CheckpointReady awaitReady(KafkaProbe kafka, String runId) {
    return await()
        .atMost(Duration.ofSeconds(30))
        .until(
            () ->
                kafka.all(TopicNames.CHECKPOINTS, "dev.whetstone.checkpoint.ready.v1").stream()
                    .map(message -> KafkaProbe.body(message, CheckpointReady.class))
                    .filter(ready -> runId.equals(ready.runId()))
                    .toList(),
            found -> found.size() == 1)
        .getFirst();
  }

  private ValidatableResponse report(RunSpec spec, StatusReport report, int status) {
    return given()
        .contentType(ContentType.JSON)
        .header("Authorization", "Bearer " + engine.token(spec.attempt()))
        .body(Json.write(report))
        .post("/v1/attempts/" + spec.attempt() + "/status")
        .then()
        .statusCode(status);
  }

  private static ValidatableResponse status(LoopId loop) {
    return get("/v1/loops/" + loop.loop() + "/status");
  }

  private static ValidatableResponse get(String path) {
    return given().header("Authorization", TestKeys.ACME.bearer()).get(path).then().statusCode(200);
  }
}
