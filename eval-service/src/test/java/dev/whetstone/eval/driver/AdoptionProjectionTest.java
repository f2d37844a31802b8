package dev.whetstone.eval.driver;

import static dev.whetstone.eval.driver.LoopEvaluationTest.BETTER;
import static dev.whetstone.eval.driver.LoopEvaluationTest.gate;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.whetstone.contracts.decision.GateOutcome;
import dev.whetstone.contracts.decision.Verdict;
import dev.whetstone.contracts.envelope.EventType;
import dev.whetstone.contracts.event.BatchSealed;
import dev.whetstone.contracts.event.CheckpointReady;
import dev.whetstone.contracts.event.PromotionApplied;
import dev.whetstone.contracts.event.PromotionDecided;
import dev.whetstone.contracts.event.PromotionRolledBack;
import dev.whetstone.eval.fixture.FakeModelServer;
import dev.whetstone.eval.fixture.LoopFixture;
import dev.whetstone.kit.json.Json;
import dev.whetstone.kit.sql.Sql;
import dev.whetstone.kit.store.ObjectStore;
import dev.whetstone.testing.InfrastructureResource;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Training decides which batches are adopted; an evaluation waits until that is published. */
@QuarkusTest
@WithTestResource(InfrastructureResource.class)
class AdoptionProjectionTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(90);

  /** Answers the items of the first batch right, and those of the second batch wrong. */
  private static final UnaryOperator<String> FIRST =
      question -> question.startsWith("new other") ? "wrong" : LoopFixture.right(question);

  @Inject ObjectStore store;
  @Inject Sql sql;
  FakeModelServer server;

  @BeforeEach
  void start() {
    server = new FakeModelServer().base(LoopEvaluationTest.OLD);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private LoopFixture scene(String name) {
    return new LoopFixture(name, store, server)
        .suite("RETAIN", "golden", 150, false)
        .suite("FORGET", "skills", 100, false);
  }

  @Test
  void shouldWaitUntilTheBatchesOfAnAppliedPromotionAreAdopted() {
    LoopFixture scene = scene("awaited").declared();
    BatchSealed first = scene.batch("new", 60);
    CheckpointReady champion = promoted(scene, first);
    BatchSealed second = scene.batch("new other", 60);
    scene.checkpoint(BETTER, first, second);
    awaitEvaluationStatus(scene, "batch.adopted for batch " + first.batchId());
    assertThat(scene.condition("Judging")).contains(scene.decision().decisionId());
    assertThat(scene.decisions()).hasSize(1);

    scene.adopted(champion, first);
    scene.adopted(champion, first);

    PromotionDecided decision = scene.decisions(2).getFirst();
    assertThat(gate(decision, "RETAIN").n()).isEqualTo(150 + 60);
    assertThat(gate(decision, "FRESH").n()).isEqualTo(60);
    assertThat(decision.suites())
        .extracting(suite -> suite.name())
        .anyMatch(name -> name.contains(second.batchId().substring(0, 12)));
  }

  @Test
  void shouldContinueWhenTheAwaitedBatchIsSetAside() {
    LoopFixture scene = scene("released").declared();
    BatchSealed first = scene.batch("new", 60);
    promoted(scene, first);
    scene.checkpoint(BETTER, scene.batch("new other", 60));
    awaitEvaluationStatus(scene, "batch.adopted for batch " + first.batchId());

    scene.setAside("its files are lost", first);

    PromotionDecided decision = scene.decisions(2).getFirst();
    assertThat(gate(decision, "RETAIN").n()).isEqualTo(150);
    assertThat(gate(decision, "FRESH").n()).isEqualTo(60);
  }

  @Test
  void shouldNotAskForAnAdoptedBatchThatAPersonSetAsideBecauseItsFilesAreLost() {
    LoopFixture scene = scene("lost").declared();
    BatchSealed first = scene.batch("new", 60);
    CheckpointReady champion = promoted(scene, first);
    scene.adopted(champion, first);
    store.delete(store.key(URI.create(first.manifestUri())));
    scene.setAside("set aside by a person", first);
    awaitState(first, "set_aside");

    scene.checkpoint(BETTER, scene.batch("new other", 60));

    PromotionDecided decision = scene.decisions(2).getFirst();
    assertThat(decision.verdict()).isEqualTo(Verdict.PROMOTE);
    assertThat(gate(decision, "RETAIN").n()).isEqualTo(150);
    assertThat(gate(decision, "RETAIN").outcome()).isEqualTo(GateOutcome.PASSED);
  }

  @Test
  void shouldWaitUntilTheBatchesOfARejectedCandidateAreSetAside() {
    LoopFixture scene = scene("refused-first").mode("approve").declared();
    BatchSealed first = scene.batch("new", 60);
    scene.checkpoint(BETTER, first);
    LoopFixture.api()
        .post("/v1/decisions/" + scene.decision().decisionId() + "/refuse")
        .then()
        .statusCode(200);
    BatchSealed second = scene.batch("new other", 60);
    scene.checkpoint(BETTER, second);
    awaitEvaluationStatus(scene, "batch.set-aside for batch " + first.batchId());

    scene.setAside("refused", first);

    assertThat(gate(scene.decisions(2).getFirst(), "FRESH").n()).isEqualTo(60);
  }

  @Test
  void shouldKeepABatchSetAsideIfItsRolledBackCandidateIsOfferedAgain() {
    // The server answers the probe before the switch, eight prompts, and fails at the confirmation.
    FakeModelServer serving = new FakeModelServer().base(LoopEvaluationTest.OLD);
    LoopFixture scene = scene("offered-again").confirmDeadline("PT2S").servedBy(serving).declared();
    serving.breakAfter(8);
    BatchSealed first = scene.batch("new", 60);
    CheckpointReady candidate = scene.unpublishedCheckpoint(BETTER, first);
    serving.addAdapter(LoopFixture.path(candidate), BETTER);
    scene.publish(candidate, candidate.checkpointId());
    scene.awaitPublished(EventType.PROMOTION_ROLLED_BACK, PromotionRolledBack.class, 1);
    serving.breakAfter(Long.MAX_VALUE);
    serving.restart();
    LoopFixture.api()
        .body(Json.write(candidate))
        .post("/v1/loops/offered-again/checkpoints")
        .then()
        .statusCode(202);
    awaitEvaluationStatus(scene, "batch.set-aside for batch " + first.batchId());

    scene.setAside("not confirmed", first);

    PromotionDecided again = scene.decisions(2).getFirst();
    assertThat(again.candidate()).isEqualTo(candidate.checkpointId());
    assertThat(again.gates()).noneMatch(gate -> gate.name().equals("FRESH") && gate.n() > 0);
    serving.close();
  }

  @Test
  void shouldTakeTheStatesOfEarlierBatchesFromTheDecisions() {
    LoopFixture scene = scene("migrated").mode("approve").declared();
    BatchSealed adopted = scene.batch("new", 60);
    CheckpointReady champion = scene.checkpoint(FIRST, adopted);
    approve(scene.decision());
    scene.awaitPublished(EventType.PROMOTION_APPLIED, PromotionApplied.class, 1);
    scene.adopted(champion, adopted);
    BatchSealed refused = scene.batch("new other", 60);
    scene.checkpoint(BETTER, adopted, refused);
    String second = scene.decisions(2).getFirst().decisionId();
    LoopFixture.api().post("/v1/decisions/" + second + "/refuse").then().statusCode(200);
    BatchSealed pending = scene.batch("new more", 60);
    awaitState(pending, "pending");
    // The rows of this loop as they were before the migration, in a schema of their own.
    QuarkusTransaction.requiringNew()
        .run(
            () -> {
              sql.update("create schema before_projection");
              for (String table : List.of("sealed_batch", "decision", "rollout")) {
                sql.update(
                    "create table before_projection.%s as select * from %s where loop = 'migrated'"
                        .formatted(table, table));
              }
              sql.update("set local search_path to before_projection");
              sql.update("alter table sealed_batch drop column state, drop column adopted_by");

              for (String statement : migration().split(";")) {
                if (!statement.isBlank()) {
                  sql.update(statement);
                }
              }

              assertThat(
                      sql.query(
                          "select batch_id, state, coalesce(adopted_by, '') from sealed_batch",
                          row -> List.of(row.getString(1), row.getString(2), row.getString(3))))
                  .containsExactlyInAnyOrder(
                      List.of(adopted.batchId(), "adopted", champion.checkpointId()),
                      List.of(refused.batchId(), "set_aside", ""),
                      List.of(pending.batchId(), "pending", ""));
              sql.update("drop schema before_projection cascade");
            });
  }

  private static String migration() {
    try (var file =
        AdoptionProjectionTest.class.getResourceAsStream(
            "/db/migration/V104__adoption_projection.sql")) {
      return new String(file.readAllBytes(), StandardCharsets.UTF_8).replaceAll("(?m)^--.*$", "");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private CheckpointReady promoted(LoopFixture scene, BatchSealed batch) {
    CheckpointReady champion = scene.checkpoint(FIRST, batch);
    scene.awaitPublished(EventType.PROMOTION_APPLIED, PromotionApplied.class, 1);
    return champion;
  }

  private static void approve(PromotionDecided held) {
    LoopFixture.api()
        .post("/v1/decisions/" + held.decisionId() + "/approve")
        .then()
        .statusCode(200);
  }

  private void awaitEvaluationStatus(LoopFixture scene, String text) {
    await().atMost(TIMEOUT).until(() -> scene.condition("Judging").contains(text));
  }

  private void awaitState(BatchSealed batch, String state) {
    await()
        .atMost(TIMEOUT)
        .until(
            () ->
                sql.query(
                        "select state from sealed_batch where batch_id = ?",
                        row -> row.getString(1),
                        batch.batchId())
                    .contains(state));
  }
}
