package dev.whetstone.training;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.is;

import dev.whetstone.testing.InfrastructureResource;
import dev.whetstone.training.config.TrainingConfig;
import dev.whetstone.training.engine.ProcessEngineConfig;
import dev.whetstone.training.engine.WorkerConfig;
import dev.whetstone.training.scoring.ScoringConfig;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
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
  @Inject TrainingConfig training;
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
    assertThat(worker.command()).containsExactly("-m", "whetstone_worker");
    assertThat(worker.work()).isEqualTo(Path.of(".whetstone/work"));
    assertThat(worker.threads()).isEmpty();
  }
}
