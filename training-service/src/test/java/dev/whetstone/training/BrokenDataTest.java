package dev.whetstone.training;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.nullValue;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.batch.Form;
import dev.whetstone.contracts.batch.Split;
import dev.whetstone.contracts.run.RefusedRows;
import dev.whetstone.contracts.run.StatusReport;
import dev.whetstone.kit.sql.Sql;
import dev.whetstone.kit.store.ObjectStore;
import dev.whetstone.testing.InfrastructureResource;
import dev.whetstone.testing.TestKeys;
import dev.whetstone.training.TrainingFixture.Sealed;
import dev.whetstone.training.engine.FakeComputeEngine;
import dev.whetstone.training.run.RunRepository;
import dev.whetstone.training.status.RunView;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Runs whose data is corrupt or missing. */
@QuarkusTest
@WithTestResource(InfrastructureResource.class)
class BrokenDataTest {
  @Inject TrainingFixture fixture;
  @Inject TestLoopState state;
  @Inject FakeComputeEngine engine;
  @Inject WorkerDouble worker;
  @Inject TestLeaseClock clock;
  @Inject ObjectStore store;
  @Inject RunRepository runs;
  @Inject Sql sql;

  @AfterEach
  void endAllRuns() {
    fixture.endAllRuns();
  }

  @Test
  void shouldRefuseACorruptBatchAndTrainOnTheOthers() throws Exception {
    LoopId loop = fixture.loop();
    Sealed sound = fixture.seal(loop, 1, 20);
    Sealed corrupt = fixture.seal(loop, 2, 20);
    String blob = corrupt.manifest().file(Form.SFT, Split.TRAIN).orElseThrow().blob();
    Files.write(Path.of(store.uri(blob)), "{\"id\":\"x\"}\n".getBytes(StandardCharsets.UTF_8));
    long blobs = store.list("").count();

    fixture.pass();

    RunView failed = fixture.run(loop);
    assertThat(failed.state()).isEqualTo("failed");
    assertThat(failed.code()).isEqualTo("corrupt-batch");
    assertThat(failed.reason())
        .contains(corrupt.event().batchId(), "sft/train.jsonl", "object " + blob + " is corrupt");
    assertThat(store.list("").count()).isEqualTo(blobs);
    assertThat(state.batchStates(loop)).containsExactly("pending", "withdrawn");
    fixture.pass();
    assertThat(fixture.run(loop).batchIds()).containsExactly(sound.event().batchId());
    assertThat(fixture.run(loop).state()).isEqualTo("active");
  }

  @Test
  void shouldWithdrawABatchThatItsWorkerFoundCorrupt() throws Exception {
    LoopId loop = fixture.loop();
    fixture.seal(loop, 1, 20);
    Sealed corrupt = fixture.seal(loop, 2, 20);
    fixture.pass();
    String blob = corrupt.manifest().file(Form.SFT, Split.VALIDATION).orElseThrow().blob();
    Files.write(Path.of(store.uri(blob)), "{}".getBytes(StandardCharsets.UTF_8));
    engine.exit(fixture.attempt(loop), 65, "digest-mismatch");

    fixture.pass();

    assertThat(fixture.run(loop).code()).isEqualTo("corrupt-batch");
    assertThat(state.batchStates(loop)).containsExactly("pending", "withdrawn");
    fixture.pass();
    assertThat(fixture.run(loop).state()).isEqualTo("active");
  }

  @Test
  void shouldSetAsideBatchesOfWhichTheBaseTakesTooFewRows() {
    LoopId loop = fixture.loop();
    Sealed adopted = fixture.seal(loop, 1, 20);
    sql.updateInNewTransaction(
        "update batch set state = 'adopted' where batch_id = ?", adopted.event().batchId());
    Sealed refused = fixture.seal(loop, 2, 20);
    fixture.pass();
    String detail = "the base cannot take 31 of 40 rows, and 9 are left, fewer than 10";
    var rows = new RefusedRows(31, List.of(new RefusedRows.Row("e1", "template-refuses", "why")));
    worker
        .reports(
            fixture.spec(loop),
            new StatusReport(
                1,
                StatusReport.Phase.FAILED,
                "sft",
                0,
                0,
                null,
                List.of(),
                null,
                rows,
                null,
                new StatusReport.Failure("too-few-rows", detail),
                null,
                null))
        .statusCode(200);
    engine.exit(fixture.attempt(loop), 65, "");

    fixture.pass();

    RunView failed = fixture.run(loop);
    assertThat(failed.state()).isEqualTo("failed");
    assertThat(failed.attempts()).hasSize(1);
    assertThat(failed.attempts().getFirst().refusedRows()).isEqualTo(rows);
    assertThat(state.batchStates(loop)).containsExactly("adopted", "set_aside");
    state.assertStatus(loop, "Failed", "its new batches were set aside");
    given()
        .header("Authorization", TestKeys.ACME.bearer())
        .get("/v1/loops/" + loop.loop() + "/status")
        .then()
        .body("batches[0].reason", nullValue())
        .body("batches[1].batchId", is(refused.event().batchId()))
        .body("batches[1].reason", containsString(detail));
    Sealed next = fixture.seal(loop, 3, 20);
    fixture.pass();
    assertThat(fixture.run(loop).batchIds())
        .containsExactly(adopted.event().batchId(), next.event().batchId());
  }

  @Test
  void shouldSayHowManyRowsACheckpointLacks() {
    LoopId loop = fixture.loop();
    fixture.seal(loop, 1, 20);
    fixture.pass();
    var rows = new RefusedRows(1, List.of(new RefusedRows.Row("e1", "control-tokens", "why")));
    worker
        .reports(
            fixture.spec(loop),
            new StatusReport(
                1,
                StatusReport.Phase.TRAINING,
                "sft",
                1,
                0,
                null,
                List.of(),
                null,
                rows,
                null,
                null,
                null,
                null))
        .statusCode(200);
    worker.isDone(fixture.spec(loop), 2).statusCode(200);

    assertThat(fixture.run(loop).attempts().getLast().refusedRows()).isEqualTo(rows);
    given()
        .header("Authorization", TestKeys.ACME.bearer())
        .get("/v1/loops/" + loop.loop() + "/status")
        .then()
        .body("conditions[0].message", containsString("without 1 row that the base cannot take"));
  }

  @Test
  void shouldRetryAndShowTheWorkersErrorWhenABlobIsMissing() throws Exception {
    LoopId loop = fixture.loop();
    Sealed sealed = fixture.seal(loop, 1, 20);
    fixture.pass();
    String blob = sealed.manifest().file(Form.SFT, Split.TRAIN).orElseThrow().blob();
    Files.delete(Path.of(store.uri(blob)));
    engine.exit(fixture.attempt(loop), 1, "input-missing: dataset " + blob + " does not exist");

    fixture.pass();

    assertThat(fixture.run(loop).state()).isEqualTo("waiting");
    assertThat(fixture.run(loop).reason()).contains("input-missing: dataset " + blob);
    assertThat(state.batchStates(loop)).containsExactly("pending");
  }

  @Test
  void shouldTrainOnTheOthersOnceALostBatchIsSetAside() throws Exception {
    LoopId loop = fixture.loop();
    Sealed lost = fixture.seal(loop, 1, 20);
    Sealed sound = fixture.seal(loop, 2, 20);
    String id = lost.event().batchId();
    sql.updateInNewTransaction("update batch set state = 'adopted' where batch_id = ?", id);
    Files.delete(
        Path.of(store.uri(lost.manifest().file(Form.SFT, Split.TRAIN).orElseThrow().blob())));
    fixture.pass();
    String call = "/v1/loops/" + loop.loop() + "/batches/" + id + "/set-aside";
    state.assertStatus(loop, "Waiting", "POST " + call);

    setAside(TestKeys.ACME_READ_ONLY, call, 403);
    setAside(TestKeys.OTHER, call, 404);
    setAside(TestKeys.ACME, call.replace(id, "unknown"), 404);
    setAside(TestKeys.ACME, call, 200).body("state", is("set_aside"));
    setAside(TestKeys.ACME, call, 200).body("state", is("set_aside"));
    fixture.pass();
    fixture.pass();

    assertThat(fixture.run(loop).state()).isEqualTo("active");
    assertThat(fixture.run(loop).batchIds()).containsExactly(sound.event().batchId());
  }

  private static ValidatableResponse setAside(TestKeys key, String call, int status) {
    return given().header("Authorization", key.bearer()).post(call).then().statusCode(status);
  }

  @Test
  void shouldNameTheMissingAdapterToStartFrom() {
    LoopId loop = fixture.loop("  training: {startFrom: champion}");
    String adapter = store.uri("adapters/" + loop.loop()).toString();
    state.setChampion(loop, adapter);
    fixture.seal(loop, 1, 20);

    fixture.pass();

    assertThat(fixture.run(loop).state()).isEqualTo("waiting");
    assertThat(fixture.run(loop).reason()).contains("startFrom", adapter, "Restore it");
  }

  @Test
  void shouldPlanOtherLoopsWhenOneLoopsRowIsBroken() {
    LoopId broken = fixture.loop();
    fixture.seal(broken, 1, 20);
    sql.updateInNewTransaction("update batch set counts = '[]' where loop = ?", broken.loop());
    LoopId sound = fixture.loop();
    fixture.seal(sound, 1, 20);

    fixture.pass();

    assertThat(runs.newest(broken, 100)).isEmpty();
    assertThat(fixture.run(sound).state()).isEqualTo("active");
  }

  @Test
  void shouldWaitWhileTheObjectStoreDoesNotDeliver() throws Exception {
    LoopId loop = fixture.loop();
    Sealed sealed = fixture.seal(loop, 1, 20);
    Path blob =
        Path.of(store.uri(sealed.manifest().file(Form.SFT, Split.TRAIN).orElseThrow().blob()));
    byte[] bytes = Files.readAllBytes(blob);
    Files.delete(blob);

    fixture.pass();
    assertThat(fixture.run(loop).state()).isEqualTo("waiting");
    state.assertStatus(loop, "Waiting", "is not in the store; check whetstone.store.uri");

    Files.write(blob, bytes);
    clock.advance(Duration.ofSeconds(11));
    fixture.pass();
    assertThat(fixture.run(loop).state()).isEqualTo("active");
  }
}
