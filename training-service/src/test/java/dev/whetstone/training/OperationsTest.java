package dev.whetstone.training;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.is;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.kit.sql.Sql;
import dev.whetstone.testing.InfrastructureResource;
import dev.whetstone.testing.TestKeys;
import dev.whetstone.training.config.OutOfMemoryConfig;
import dev.whetstone.training.config.PreemptionConfig;
import dev.whetstone.training.config.RetentionConfig;
import dev.whetstone.training.config.TrainingConfig;
import dev.whetstone.training.engine.ProcessEngineConfig;
import dev.whetstone.training.engine.WorkerConfig;
import dev.whetstone.training.scoring.ScoringConfig;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What operators rely on: health, metrics, API description, defaults. */
@QuarkusTest
@WithTestResource(InfrastructureResource.class)
class OperationsTest {
  @TestHTTPResource(value = "/", management = true)
  URI management;

  @Inject TrainingFixture fixture;
  @Inject TestLeaseClock clock;
  @Inject Sql sql;
  @Inject TrainingConfig training;
  @Inject PreemptionConfig preemption;
  @Inject OutOfMemoryConfig memory;
  @Inject RetentionConfig retention;
  @Inject WorkerConfig worker;
  @Inject ProcessEngineConfig process;
  @Inject ScoringConfig scoring;

  @Test
  void shouldBeReadyWhileTheReconcilerMakesPasses() {
    fixture.pass();

    given()
        .get(management.resolve("/q/health/ready"))
        .then()
        .statusCode(200)
        .body("checks.name", hasItem("reconciler"));
  }

  @Test
  void shouldExposeMetrics() {
    fixture.pass();

    given()
        .get(management.resolve("/q/metrics"))
        .then()
        .statusCode(200)
        .body(containsString("whetstone_training_live_runs"));
  }

  @Test
  void shouldServeHealthMetricsAndDescriptionOnTheManagementPortOnly() {
    for (String path :
        List.of("/q/health", "/q/health/ready", "/q/metrics", "/q/openapi", "/openapi")) {
      given().get(path).then().statusCode(404);
    }
  }

  @Test
  void shouldDescribeItsApi() {
    String description =
        given().get(management.resolve("/q/openapi")).then().statusCode(200).extract().asString();

    assertThat(description)
        .contains(
            "/v1/loops/{loop}/runs",
            "/v1/loops/{loop}/status",
            "/v1/runs/{run}/metrics",
            "/v1/loops/{loop}/batches/{batch}/set-aside",
            "/v1/attempts/{attempt}/status");
  }

  @Test
  void shouldAnswerMalformedReportsWithProblems() {
    for (String body : new String[] {"{", "{}", "{\"fence\": 1, \"phase\": \"dancing\"}"}) {
      given()
          .header("Authorization", "Bearer wsw_x")
          .contentType("application/json")
          .body(body)
          .post("/v1/attempts/run-1-1/status")
          .then()
          .statusCode(400)
          .contentType("application/problem+json");
    }
    given()
        .contentType("application/json")
        .body("{\"fence\": 1, \"phase\": \"training\"}")
        .post("/v1/attempts/run-1-1/status")
        .then()
        .statusCode(401)
        .body("code", is("unauthorized"));
  }

  @Test
  void shouldListRunsAndMetricsInPages() {
    LoopId loop = fixture.loop();
    for (int run = 0; run < 5; run++) {
      sql.updateInNewTransaction(
          """
          insert into run (run_id, tenant, loop, batch_ids, loop_spec_sha256, state, created_at,
            ended_at) values (?, ?, ?, '{}', 's', 'failed', ?, ?)
          """,
          loop.loop() + "-run-" + run,
          loop.tenant(),
          loop.loop(),
          clock.now().plusSeconds(run / 2),
          clock.now());
    }
    String list = "/v1/loops/" + loop.loop() + "/runs";
    String prefix = loop.loop() + "-run-";

    read(list + "?limit=2").statusCode(200).body("runId", is(List.of(prefix + 4, prefix + 3)));
    read(list + "?limit=2&before=" + prefix + 3)
        .statusCode(200)
        .body("runId", is(List.of(prefix + 2, prefix + 1)));
    read(list + "?limit=2&before=" + prefix + 0).statusCode(200).body("runId", is(List.of()));
    read(list).statusCode(200).body("size()", is(5));
    read(list + "?limit=101").statusCode(400).body("code", is("invalid-limit"));
    read(list + "?before=run-unknown").statusCode(404).body("code", is("unknown-run"));

    for (int step = 1; step <= 5; step++) {
      sql.updateInNewTransaction(
          "insert into run_metric values (?, ?, 1, '{\"train_loss\": 1}')", prefix + 4, step);
    }
    read("/v1/runs/" + prefix + 4 + "/metrics?limit=2&after=2")
        .statusCode(200)
        .body("step", is(List.of(3, 4)));
  }

  private static ValidatableResponse read(String path) {
    return given().header("Authorization", TestKeys.ACME_READ_ONLY.bearer()).get(path).then();
  }

  @Test
  void shouldHaveTheDocumentedDefaults() {
    assertThat(training.leastSftExamples()).isEqualTo(50);
    assertThat(training.decisionWait()).isEqualTo(Duration.ofMinutes(30));
    assertThat(training.launchGrace()).isEqualTo(Duration.ofMinutes(3));
    assertThat(training.maxConcurrentSteps()).isEqualTo(16);
    assertThat(process.maxWorkers()).isEmpty();
    assertThat(process.devices()).isEmpty();
    assertThat(process.scoringWorkers()).isEqualTo(1);
    assertThat(scoring.maxBatchTokens()).isEqualTo(8192);
    assertThat(scoring.keep()).isEqualTo(Duration.ofDays(7));
    assertThat(training.downtime()).isEqualTo(Duration.ofSeconds(20));
    assertThat(preemption.attemptsWithoutPause()).isEqualTo(3);
    assertThat(preemption.firstPause()).isEqualTo(Duration.ofSeconds(30));
    assertThat(preemption.longestPause()).isEqualTo(Duration.ofMinutes(30));
    assertThat(memory.firstPause()).isEqualTo(Duration.ofMinutes(2));
    assertThat(memory.longestPause()).isEqualTo(Duration.ofMinutes(30));
    assertThat(memory.remember()).isEqualTo(Duration.ofDays(30));
    assertThat(retention.runObjects()).isEqualTo(Duration.ofDays(7));
    assertThat(retention.rejectedAdapters()).isEqualTo(Duration.ofDays(30));
    assertThat(retention.metrics()).isEqualTo(Duration.ofDays(180));
    assertThat(retention.attempts()).isEqualTo(Duration.ofDays(365));
    assertThat(retention.workerFolders()).isEqualTo(Duration.ofDays(14));
    assertThat(worker.command()).containsExactly("-m", "whetstone_worker");
    assertThat(worker.work()).isEqualTo(Path.of(".whetstone/work"));
    assertThat(worker.threads()).isEmpty();
  }
}
