package dev.whetstone.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.decision.Verdict;
import dev.whetstone.contracts.event.BatchTainted;
import dev.whetstone.contracts.run.RunSpec;
import dev.whetstone.kit.sql.Sql;
import dev.whetstone.testing.InfrastructureResource;
import dev.whetstone.testing.KafkaProbe;
import dev.whetstone.training.TrainingFixture.Sealed;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which champion a run may start from. */
@QuarkusTest
@WithTestResource(InfrastructureResource.class)
class ChampionStartTest {
  private static final String FROM_CHAMPION = "  training: {startFrom: champion}";

  @Inject TrainingFixture fixture;
  @Inject TestLoopState state;
  @Inject WorkerDouble worker;
  @Inject TestLeaseClock clock;
  @Inject Sql sql;

  private final KafkaProbe kafka = KafkaProbe.shared();

  @AfterEach
  void leaveNothingBehind() {
    fixture.endAllRuns();
    kafka.close();
  }

  @Test
  void shouldStartFromAChampionOfItsOwnBase() {
    LoopId loop = fixture.loop(FROM_CHAMPION);
    RunSpec champion = champion(loop, fixture.seal(loop, 1, 20));

    startNext(loop);

    assertThat(fixture.spec(loop).initAdapter().uri())
        .isEqualTo(champion.output().uri() + "adapter/");
  }

  @Test
  void shouldStartFromTheBaseWhenTheChampionIsOfAnother() {
    LoopId loop = fixture.loop(FROM_CHAMPION);
    champion(loop, fixture.seal(loop, 1, 20));
    fixture.rebase(loop, "hf://acme/other", FROM_CHAMPION);

    startNext(loop);

    assertThat(fixture.spec(loop).initAdapter()).isNull();
    assertThat(fixture.run(loop).reasons())
        .contains("starts from the base model: the champion was trained on another base model");
  }

  @Test
  void shouldStartAnewFromTheBaseWhenTheChampionItStartedFromIsTainted() {
    LoopId loop = fixture.loop(FROM_CHAMPION);
    Sealed first = fixture.seal(loop, 1, 20);
    champion(loop, first);
    String champion = fixture.run(loop).checkpointId();
    setAside(first);
    startNext(loop);
    worker.isDone(fixture.spec(loop), 30).statusCode(200);
    String descendant = fixture.run(loop).checkpointId();
    startNext(loop);
    String live = fixture.run(loop).runId();
    assertThat(fixture.spec(loop).initAdapter()).isNotNull();

    kafka.send(
        fixture.event(
            loop, new BatchTainted(first.event().batchId(), "erasure", first.trainIds(), "era-1")));
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(
            () -> {
              fixture.pass();
              assertThat(fixture.run(loop).runId()).isNotEqualTo(live);
              assertThat(fixture.run(loop).state()).isEqualTo("active");
            });

    assertThat(fixture.spec(loop).initAdapter()).isNull();
    assertThat(fixture.run(loop).reasons())
        .contains(
            "starts from the base model: the champion was trained on data that has since been erased");
    assertThat(fixture.checkpointState(descendant)).isEqualTo("tainted");
    decide(loop, champion, Verdict.HOLD);
    decide(loop, descendant, Verdict.REJECT);
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> state.batchStates(loop).equals(List.of("set_aside", "set_aside", "pending")));
    assertThat(List.of(fixture.checkpointState(champion), fixture.checkpointState(descendant)))
        .containsExactly("tainted", "tainted");
  }

  private void decide(LoopId loop, String checkpointId, Verdict verdict) {
    kafka.send(fixture.event(loop, BatchToCheckpointTest.decided(checkpointId, verdict, "none")));
  }

  /** Trains on a batch and takes what comes of it for the champion. */
  private RunSpec champion(LoopId loop, Sealed sealed) {
    fixture.pass();
    RunSpec spec = fixture.spec(loop);
    worker.isDone(spec, 30).statusCode(200);
    assertThat(fixture.run(loop).batchIds()).containsExactly(sealed.event().batchId());
    state.setChampion(loop, fixture.run(loop).checkpointId(), spec.output().uri() + "adapter/");
    return spec;
  }

  /** A run for another batch, without waiting for a decision about the last one. */
  private void startNext(LoopId loop) {
    clock.advance(Duration.ofMinutes(31));
    fixture.seal(loop, clock.now().getEpochSecond(), 20);
    fixture.pass();
  }

  private void setAside(Sealed sealed) {
    sql.updateInNewTransaction(
        "update batch set state = 'set_aside' where batch_id = ?", sealed.event().batchId());
  }
}
