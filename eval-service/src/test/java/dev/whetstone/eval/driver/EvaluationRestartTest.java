package dev.whetstone.eval.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.whetstone.contracts.decision.GateResult;
import dev.whetstone.contracts.decision.Verdict;
import dev.whetstone.contracts.envelope.EventType;
import dev.whetstone.contracts.event.BatchSealed;
import dev.whetstone.contracts.event.CheckpointReady;
import dev.whetstone.contracts.event.PromotionDecided;
import dev.whetstone.eval.fixture.FakeModelServer;
import dev.whetstone.eval.fixture.LoopFixture;
import dev.whetstone.kit.sql.Sql;
import dev.whetstone.kit.store.ObjectStore;
import dev.whetstone.testing.InfrastructureResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Evaluations continue after an interruption. */
@QuarkusTest
@WithTestResource(InfrastructureResource.class)
class EvaluationRestartTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(90);
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
    return scene(name, server);
  }

  private LoopFixture scene(String name, FakeModelServer asked) {
    return new LoopFixture(name, store, asked)
        .suite("RETAIN", "golden", 150, false)
        .suite("FORGET", "skills", 100, false)
        .declared();
  }

  @Test
  void shouldMakeTheSameDecisionAfterAnInterruption() {
    PromotionDecided expected;
    long answersOfAWholeEvaluation;
    // A server of its own: probes of its new champion would use up the answers counted below.
    try (var uninterrupted = new FakeModelServer().base(LoopEvaluationTest.OLD)) {
      LoopFixture smooth = scene("smooth", uninterrupted);
      smooth.checkpoint(LoopEvaluationTest.BETTER, smooth.batch("new", 60));
      expected = smooth.decision();
      answersOfAWholeEvaluation = uninterrupted.answers();
    }

    LoopFixture broken = scene("broken");
    server.breakAfter(200);
    broken.checkpoint(LoopEvaluationTest.BETTER, broken.batch("new", 60));
    await().atMost(TIMEOUT).until(() -> broken.condition("Judging").contains("out of breath"));
    assertThat(broken.decisions()).isEmpty();
    assertThat(broken.generation()).isZero();
    long kept = answers(broken);
    assertThat(kept).isBetween(180L, 200L);
    server.restart();
    long before = server.answers();
    server.breakAfter(Long.MAX_VALUE);

    PromotionDecided decision = broken.decision();

    assertThat(decision.verdict()).isEqualTo(expected.verdict()).isEqualTo(Verdict.PROMOTE);
    assertThat(decision.gates())
        .usingRecursiveFieldByFieldElementComparator()
        .containsExactlyElementsOf(expected.gates());
    assertThat(decision.gates()).extracting(GateResult::n).contains(60, 150, 100);
    assertThat(server.answers() - before).isLessThan(answersOfAWholeEvaluation - kept + 30);
  }

  @Test
  void shouldContinueWhenTheModelServerIsBack() {
    server.down(true);
    LoopFixture scene = scene("absent");
    scene.checkpoint(LoopEvaluationTest.BETTER, scene.batch("new", 60));
    await().atMost(TIMEOUT).until(() -> scene.condition("Judging").contains("503"));
    assertThat(scene.condition("Serving")).contains("0 of 1 replicas");

    server.down(false);

    assertThat(scene.decision().verdict()).isEqualTo(Verdict.PROMOTE);
    scene.awaitGeneration(1);
  }

  @Test
  void shouldLoseNothingWhenTheDecisionCannotBePersisted() {
    LoopFixture scene = scene("unpersisted");
    failInserts(scene, "immediate");
    try {
      scene.checkpoint(LoopEvaluationTest.BETTER, scene.batch("new", 60));
      await()
          .atMost(TIMEOUT)
          .until(() -> scene.condition("Judging").contains("cannot write: insert into decision"));
      assertThat(scene.decisions()).isEmpty();
      assertThat(published(scene)).isZero();
    } finally {
      restoreInserts(scene);
    }

    assertThat(scene.decision().verdict()).isEqualTo(Verdict.PROMOTE);
    scene.awaitPublished(EventType.PROMOTION_DECIDED, PromotionDecided.class, 1);
    assertThat(published(scene)).isEqualTo(1);
  }

  @Test
  void shouldLoseNothingWhenTheCommitFails() {
    LoopFixture scene = scene("uncommitted");
    failInserts(scene, "deferred");
    try {
      scene.checkpoint(LoopEvaluationTest.BETTER, scene.batch("new", 60));
      await()
          .atMost(TIMEOUT)
          .until(
              () ->
                  sql
                          .query(
                              "select failures from evaluation where loop = 'uncommitted'",
                              row -> row.getInt(1))
                          .stream()
                          .mapToInt(Integer::intValue)
                          .sum()
                      > 0);
      assertThat(scene.decisions()).isEmpty();
      assertThat(published(scene)).isZero();
      assertThat(scene.generation()).isZero();
    } finally {
      restoreInserts(scene);
    }

    assertThat(scene.decision().verdict()).isEqualTo(Verdict.PROMOTE);
    scene.awaitGeneration(1);
    assertThat(published(scene)).isEqualTo(1);
  }

  @Test
  void shouldEvaluateACheckpointOnceIfItIsAnnouncedTwice() {
    LoopFixture scene = scene("twice");
    BatchSealed batch = scene.batch("new", 60);
    CheckpointReady ready = scene.checkpoint(LoopEvaluationTest.BETTER, batch);
    scene.publish(batch, batch.batchId());
    scene.publish(ready, ready.checkpointId());

    scene.awaitGeneration(1);

    assertThat(scene.decisions()).hasSize(1);
  }

  private long published(LoopFixture scene) {
    return scene
        .published(
            EventType.PROMOTION_DECIDED.topic(),
            EventType.PROMOTION_DECIDED,
            PromotionDecided.class)
        .size();
  }

  private long answers(LoopFixture scene) {
    return sql.query(
            "select count(*) from answer where loop = ?",
            row -> row.getLong(1),
            scene.loop().loop())
        .getFirst();
  }

  /** Makes PostgreSQL refuse this loop's decisions, at the statement or only at the commit. */
  private void failInserts(LoopFixture scene, String when) {
    String name = scene.loop().loop();
    sql.updateInNewTransaction(
        """
        create function refuse_%s() returns trigger language plpgsql as
        $$ begin raise exception 'refused for the test' using errcode = 'check_violation'; end $$
        """
            .formatted(name));
    sql.updateInNewTransaction(
        """
        create constraint trigger refuse_%s after insert on decision
        deferrable initially %s for each row when (new.loop = '%s')
        execute function refuse_%s()
        """
            .formatted(name, when, name, name));
  }

  private void restoreInserts(LoopFixture scene) {
    String name = scene.loop().loop();
    sql.updateInNewTransaction("drop trigger refuse_%s on decision".formatted(name));
    sql.updateInNewTransaction("drop function refuse_%s()".formatted(name));
  }
}
