package dev.whetstone.training;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.is;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.TopicNames;
import dev.whetstone.contracts.batch.Form;
import dev.whetstone.contracts.batch.Split;
import dev.whetstone.contracts.decision.Verdict;
import dev.whetstone.contracts.event.BatchTainted;
import dev.whetstone.contracts.event.CheckpointTainted;
import dev.whetstone.contracts.event.PromotionApplied;
import dev.whetstone.contracts.event.PromotionRolledBack;
import dev.whetstone.contracts.run.RunSpec;
import dev.whetstone.kit.json.Json;
import dev.whetstone.kit.sql.Sql;
import dev.whetstone.kit.store.ObjectStore;
import dev.whetstone.testing.InfrastructureResource;
import dev.whetstone.testing.KafkaProbe;
import dev.whetstone.testing.TestKeys;
import dev.whetstone.training.TrainingFixture.Sealed;
import dev.whetstone.training.batch.BatchRepository;
import dev.whetstone.training.engine.FakeComputeEngine;
import dev.whetstone.training.run.RunRepository;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which batches a run trains on, and what becomes of them. */
@QuarkusTest
@WithTestResource(InfrastructureResource.class)
class BatchLifecycleTest {
  @Inject TrainingFixture fixture;
  @Inject TestLoopState state;
  @Inject FakeComputeEngine engine;
  @Inject WorkerDouble worker;
  @Inject TestLeaseClock clock;
  @Inject BatchRepository batches;
  @Inject ObjectStore store;
  @Inject UnreliableStore unreliable;
  @Inject RunRepository runs;
  @Inject Sql sql;

  private final KafkaProbe kafka = KafkaProbe.shared();

  @AfterEach
  void leaveNothingBehind() {
    unreliable.repair();
    fixture.endAllRuns();
    kafka.close();
  }

  @Test
  void shouldCoalesceBatchesThatWaitForTheLiveRun() {
    LoopId loop = fixture.loop();
    Sealed first = fixture.seal(loop, 1, 20);
    fixture.pass();
    RunSpec one = fixture.spec(loop);
    Sealed second = fixture.seal(loop, 2, 20);
    Sealed third = fixture.seal(loop, 3, 20);
    fixture.pass();
    assertThat(fixture.run(loop).runId()).isEqualTo(one.runId());

    worker.isDone(one, 30).statusCode(200);
    fixture.pass();
    assertThat(fixture.run(loop).runId()).as("waits for the decision").isEqualTo(one.runId());
    decide(loop, Verdict.INCONCLUSIVE, first);
    passUntilAnotherRun(loop, one.runId());

    assertThat(fixture.run(loop).batchIds()).containsExactly(id(first), id(second), id(third));
    assertThat(fixture.run(loop).trainExamples()).isEqualTo(60);
    assertThat(fixture.spec(loop).stages().getFirst().datasets()).hasSize(3);
  }

  @Test
  void shouldNotWaitForeverForADecision() {
    LoopId loop = fixture.loop();
    fixture.seal(loop, 1, 20);
    fixture.pass();
    RunSpec one = fixture.spec(loop);
    worker.isDone(one, 30).statusCode(200);
    fixture.seal(loop, 2, 20);
    fixture.pass();
    state.assertStatus(loop, "DecisionPending", "wait for the decision about the last checkpoint");

    clock.advance(Duration.ofMinutes(31));
    fixture.pass();

    assertThat(fixture.run(loop).runId()).isNotEqualTo(one.runId());
  }

  @Test
  void shouldNeverTrainOnARejectedBatchAgain() {
    LoopId loop = fixture.loop();
    Sealed good = fixture.seal(loop, 1, 20);
    trainAndDecide(loop, Verdict.PROMOTE, good);
    kafka.send(
        fixture.event(loop, new PromotionApplied("d", fixture.run(loop).checkpointId(), 1, 1)));
    awaitStates(loop, "adopted");
    Sealed poison = fixture.seal(loop, 2, 20);
    trainAndDecide(loop, Verdict.REJECT, poison);
    awaitStates(loop, "adopted", "set_aside");

    Sealed next = fixture.seal(loop, 3, 20);
    fixture.pass();

    assertThat(fixture.run(loop).batchIds()).containsExactly(id(good), id(next));
  }

  @Test
  void shouldSetAsideWhatAWithdrawnChampionHadBroughtIn() {
    LoopId loop = fixture.loop();
    Sealed first = fixture.seal(loop, 1, 20);
    trainAndDecide(loop, Verdict.PROMOTE, first);
    kafka.send(
        fixture.event(loop, new PromotionApplied("d", fixture.run(loop).checkpointId(), 1, 1)));
    awaitStates(loop, "adopted");
    Sealed second = fixture.seal(loop, 2, 20);
    trainAndDecide(loop, Verdict.PROMOTE, second);
    String withdrawn = fixture.run(loop).checkpointId();
    kafka.send(fixture.event(loop, new PromotionApplied("e", withdrawn, 2, 1)));
    awaitStates(loop, "adopted", "adopted");

    kafka.send(
        fixture.event(loop, new PromotionRolledBack("e", withdrawn, "c", 3, "worse online")));

    awaitStates(loop, "adopted", "set_aside");
  }

  @Test
  void shouldStartAnewWithoutABatchThatIsSetAsideWhileTheRunTrainsOnIt() {
    LoopId loop = fixture.loop();
    Sealed first = fixture.seal(loop, 1, 20);
    fixture.pass();
    RunSpec one = fixture.spec(loop);
    worker.isDone(one, 30).statusCode(200);
    String candidate = fixture.run(loop).checkpointId();
    Sealed second = fixture.seal(loop, 2, 20);
    clock.advance(Duration.ofMinutes(31));
    fixture.pass();
    RunSpec two = fixture.spec(loop);
    assertThat(fixture.run(loop).batchIds()).containsExactly(id(first), id(second));

    kafka.send(
        fixture.event(loop, BatchToCheckpointTest.decided(candidate, Verdict.REJECT, id(first))));
    awaitStates(loop, "set_aside", "pending");
    worker.trains(two, 3).statusCode(200).body("directive", is("stop"));
    passUntilAnotherRun(loop, two.runId());

    assertThat(fixture.run(loop).batchIds()).containsExactly(id(second));
    assertThat(engine.stops()).contains(two.attempt());
    worker.trains(two, 4).statusCode(409);
  }

  @Test
  void shouldLeaveWithdrawnExamplesOut() {
    LoopId loop = fixture.loop();
    Sealed sealed = fixture.seal(loop, 1, 20);
    List<String> withdrawn = sealed.trainIds().subList(0, 3);
    kafka.send(fixture.event(loop, new BatchTainted(id(sealed), "retracted", withdrawn, null)));
    await().atMost(Duration.ofSeconds(30)).until(() -> batches.withdrawnExamples(loop).size() == 3);

    fixture.pass();

    RunSpec spec = fixture.spec(loop);
    RunSpec.Dataset train = spec.stages().getFirst().datasets().getFirst();
    String rows = read(train);
    assertThat(fixture.run(loop).trainExamples()).isEqualTo(17);
    assertThat(rows.lines()).hasSize(17);
    assertThat(withdrawn).noneMatch(rows::contains);
    assertThat(train.uri()).contains("/runs/" + spec.runId() + "/data/");
  }

  @Test
  void shouldTrainAnewAndTaintCheckpointsAfterAnErasure() {
    LoopId loop = fixture.loop();
    Sealed first = fixture.seal(loop, 1, 20);
    trainAndDecide(loop, Verdict.INCONCLUSIVE, first);
    String checkpoint = fixture.run(loop).checkpointId();
    fixture.seal(loop, 2, 20);
    fixture.pass();
    RunSpec two = fixture.spec(loop);

    kafka.send(
        fixture.event(
            loop, new BatchTainted(id(first), "erasure", first.trainIds().subList(0, 2), "era-1")));
    await()
        .atMost(Duration.ofSeconds(30))
        .until(
            () ->
                kafka.all(TopicNames.CHECKPOINTS, "dev.whetstone.checkpoint.tainted.v1").stream()
                    .map(message -> KafkaProbe.body(message, CheckpointTainted.class))
                    .anyMatch(tainted -> tainted.checkpointId().equals(checkpoint)));
    passUntilAnotherRun(loop, two.runId());

    assertThat(fixture.run(loop).trainExamples()).isEqualTo(38);
  }

  @Test
  void shouldSupersedeARunThatWasBeingPlannedWhenItsBatchWasSetAside() throws Exception {
    LoopId loop = fixture.loop();
    Sealed first = fixture.seal(loop, 1, 20);
    fixture.pass();
    RunSpec one = fixture.spec(loop);
    worker.isDone(one, 30).statusCode(200);
    String candidate = fixture.run(loop).checkpointId();
    Sealed second = fixture.seal(loop, 2, 20);
    clock.advance(Duration.ofMinutes(31));

    try (RunInsertHold hold = RunInsertHold.take(sql)) {
      Thread planner = Thread.ofVirtual().start(fixture::pass);
      hold.awaitPlanner();
      kafka.send(
          fixture.event(loop, BatchToCheckpointTest.decided(candidate, Verdict.REJECT, id(first))));
      await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> hold.isAnyoneBlocked() || state.batchStates(loop).contains("set_aside"));
      hold.release();
      planner.join();
    }
    awaitStates(loop, "set_aside", "pending");
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(
            () -> {
              fixture.pass();
              assertThat(fixture.run(loop).state()).isEqualTo("active");
              assertThat(fixture.run(loop).batchIds()).containsExactly(id(second));
            });
  }

  @Test
  void shouldSupersedeARunThatWasBeingPlannedWhenItsBatchWasErasedFrom() throws Exception {
    LoopId loop = fixture.loop();
    Sealed first = fixture.seal(loop, 1, 20);
    fixture.pass();
    worker.isDone(fixture.spec(loop), 30).statusCode(200);
    String checkpoint = fixture.run(loop).checkpointId();
    fixture.seal(loop, 2, 20);
    clock.advance(Duration.ofMinutes(31));
    List<String> erased = first.trainIds().subList(0, 2);

    try (RunInsertHold hold = RunInsertHold.take(sql);
        RowHold slow = RowHold.take(sql, "checkpoint", "checkpoint_id", checkpoint)) {
      Thread planner = Thread.ofVirtual().start(fixture::pass);
      hold.awaitPlanner();
      kafka.send(fixture.event(loop, new BatchTainted(id(first), "erasure", erased, "era-1")));
      await().atMost(Duration.ofSeconds(30)).until(hold::isAnyoneBlocked);
      hold.release();
      planner.join();
      slow.release();
    }
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> fixture.checkpointState(checkpoint).equals("tainted"));

    fixture.pass();
    fixture.pass();
    assertThat(fixture.run(loop).state()).isEqualTo("active");
    assertThat(fixture.run(loop).trainExamples()).isEqualTo(38);
  }

  @Test
  void shouldSetAsideWhatACandidateBroughtInThatNeverWasWhollyInService() {
    LoopId loop = fixture.loop();
    Sealed first = fixture.seal(loop, 1, 20);
    trainAndDecide(loop, Verdict.PROMOTE, first);
    String withdrawn = fixture.run(loop).checkpointId();

    kafka.send(
        fixture.event(loop, new PromotionRolledBack("e", withdrawn, null, 3, "not confirmed")));

    awaitStates(loop, "set_aside");
  }

  @Test
  void shouldTrainTheBatchesOfAFailedRunAgainWhenAskedTo() {
    LoopId loop = fixture.loop();
    fixture.seal(loop, 1, 20);
    fixture.pass();
    String run = fixture.run(loop).runId();
    retry(TestKeys.ACME, run, 409);
    engine.exit(fixture.attempt(loop), 65, "bad");
    fixture.pass();
    fixture.pass();
    assertThat(fixture.run(loop).runId()).isEqualTo(run);

    retry(TestKeys.ACME_READ_ONLY, run, 403);
    retry(TestKeys.OTHER, run, 404);
    state.assertStatus(loop, "Failed", "at once after POST /v1/runs/" + run + "/retry");
    retry(TestKeys.ACME, run, 200);
    retry(TestKeys.ACME, run, 409);
    fixture.pass();

    assertThat(fixture.run(loop).runId()).isNotEqualTo(run);
    assertThat(fixture.run(loop).state()).isEqualTo("active");
  }

  private static void retry(TestKeys key, String run, int status) {
    given()
        .header("Authorization", key.bearer())
        .post("/v1/runs/" + run + "/retry")
        .then()
        .statusCode(status);
  }

  @Test
  void shouldTakeTheNewestExamplesUpToTheCap() {
    LoopId loop = fixture.loop("  training: {exampleCap: 30}");
    fixture.seal(loop, 1, 20);
    Sealed newest = fixture.seal(loop, 2, 20);

    fixture.pass();

    List<RunSpec.Dataset> datasets = fixture.spec(loop).stages().getFirst().datasets();
    assertThat(fixture.run(loop).trainExamples()).isEqualTo(30);
    assertThat(read(datasets.getFirst()).lines()).hasSize(10);
    assertThat(datasets.getLast().sha256())
        .isEqualTo(newest.manifest().file(Form.SFT, Split.TRAIN).orElseThrow().sha256());
  }

  @Test
  void shouldNotOpenWhatTheCapLeavesOut() {
    LoopId loop = fixture.loop("  training: {exampleCap: 20}");
    Sealed old = fixture.seal(loop, 1, 20);
    fixture.seal(loop, 2, 20);
    unreliable.breakFor(old.manifest().file(Form.SFT, Split.TRAIN).orElseThrow().blob());

    fixture.pass();

    assertThat(fixture.run(loop).state()).isEqualTo("active");
    assertThat(fixture.run(loop).trainExamples()).isEqualTo(20);
  }

  @Test
  void shouldStartFromTheChampionWhereTheLoopWantsIt() {
    LoopId loop = fixture.loop("  training: {startFrom: champion}");
    String adapter = "adapters/" + loop.loop() + "/";
    store.put(adapter + "adapter_config.json", Json.write("{}"));
    state.setChampion(loop, store.uri(adapter).toString());
    fixture.seal(loop, 1, 20);

    fixture.pass();

    assertThat(fixture.spec(loop).initAdapter()).isNotNull();
    assertThat(fixture.spec(loop).initAdapter().uri()).isEqualTo(store.uri(adapter).toString());
    assertThat(fixture.spec(loop).initAdapter().sha256()).hasSize(64);
  }

  @Test
  void shouldSayWhyNoRunStarts() {
    LoopId few = fixture.loop();
    fixture.seal(few, 1, 4);
    fixture.pass();
    state.assertStatus(
        few, "TooFewExamples", "4 of 10 corrections and demonstrations that SFT needs");

    LoopId spent = fixture.loop("  budgets: {maxRunsPerDay: 1}");
    fixture.seal(spent, 1, 20);
    trainAndDecide(spent, Verdict.INCONCLUSIVE, fixture.seal(spent, 2, 20));
    fixture.seal(spent, 3, 20);
    fixture.pass();
    state.assertStatus(spent, "BudgetSpent", "budgets.maxRunsPerDay");
  }

  @Test
  void shouldShowALoopOnlyToItsTenant() {
    LoopId loop = fixture.loop();
    fixture.seal(loop, 1, 20);
    fixture.pass();
    String run = fixture.run(loop).runId();

    for (String path :
        List.of(
            "/v1/loops/" + loop.loop() + "/runs",
            "/v1/loops/" + loop.loop() + "/status",
            "/v1/runs/" + run,
            "/v1/runs/" + run + "/metrics")) {
      given().header("Authorization", TestKeys.OTHER.bearer()).get(path).then().statusCode(404);
      given()
          .header("Authorization", TestKeys.ACME_READ_ONLY.bearer())
          .get(path)
          .then()
          .statusCode(200);
      given()
          .header("Authorization", TestKeys.ACME_INGEST_ONLY.bearer())
          .get(path)
          .then()
          .statusCode(403);
      given().get(path).then().statusCode(401);
    }
  }

  private void trainAndDecide(LoopId loop, Verdict verdict, Sealed sealed) {
    fixture.pass();
    worker.isDone(fixture.spec(loop), 30).statusCode(200);
    decide(loop, verdict, sealed);
    await()
        .atMost(Duration.ofSeconds(30))
        .until(
            () ->
                !given()
                        .header("Authorization", TestKeys.ACME.bearer())
                        .get("/v1/loops/" + loop.loop() + "/status")
                        .jsonPath()
                        .getString("conditions[0].reason")
                        .equals("DecisionPending")
                    && decided(fixture.run(loop).checkpointId()));
  }

  private boolean decided(String checkpointId) {
    return !fixture.checkpointState(checkpointId).equals("undecided");
  }

  private void decide(LoopId loop, Verdict verdict, Sealed sealed) {
    kafka.send(
        fixture.event(
            loop,
            BatchToCheckpointTest.decided(fixture.run(loop).checkpointId(), verdict, id(sealed))));
  }

  private void passUntilAnotherRun(LoopId loop, String runId) {
    await()
        .atMost(Duration.ofSeconds(30))
        .until(
            () -> {
              fixture.pass();
              return !fixture.run(loop).runId().equals(runId)
                  && fixture.run(loop).state().equals("active");
            });
  }

  private void awaitStates(LoopId loop, String... expected) {
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() -> assertThat(state.batchStates(loop)).containsExactly(expected));
  }

  private String read(RunSpec.Dataset dataset) {
    return new String(
        store.readVerified(store.key(URI.create(dataset.uri())), dataset.sha256()),
        StandardCharsets.UTF_8);
  }

  private static String id(Sealed sealed) {
    return sealed.event().batchId();
  }
}
