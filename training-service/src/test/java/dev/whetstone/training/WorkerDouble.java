package dev.whetstone.training;

import static io.restassured.RestAssured.given;

import dev.whetstone.contracts.run.RunSpec;
import dev.whetstone.contracts.run.StatusReport;
import dev.whetstone.contracts.run.StatusReport.Phase;
import dev.whetstone.kit.json.Json;
import dev.whetstone.training.engine.FakeComputeEngine;
import io.restassured.http.ContentType;
import io.restassured.response.ValidatableResponse;
import jakarta.enterprise.context.ApplicationScoped;

/** Reports over HTTP as a worker does. */
@ApplicationScoped
public class WorkerDouble {
  private final FakeComputeEngine engine;
  private final TrainingFixture fixture;

  public WorkerDouble(FakeComputeEngine engine, TrainingFixture fixture) {
    this.engine = engine;
    this.fixture = fixture;
  }

  public ValidatableResponse reports(RunSpec spec, StatusReport report) {
    return reports(spec.attempt(), engine.token(spec.attempt()), report);
  }

  public ValidatableResponse reports(String attempt, String token, StatusReport report) {
    return given()
        .contentType(ContentType.JSON)
        .header("Authorization", "Bearer " + token)
        .body(Json.write(report))
        .post("/v1/attempts/" + attempt + "/status")
        .then();
  }

  public ValidatableResponse trains(RunSpec spec, long step) {
    return reports(spec, TrainingFixture.report(spec.fence(), Phase.TRAINING, step, null));
  }

  /** Writes the checkpoint and reports it. */
  public ValidatableResponse isDone(RunSpec spec, long step) {
    StatusReport.Result result = fixture.writeCheckpoint(spec);
    return reports(spec, TrainingFixture.report(spec.fence(), Phase.DONE, step, result));
  }
}
