package dev.whetstone.eval.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import dev.whetstone.contracts.decision.Verdict;
import dev.whetstone.contracts.envelope.EventType;
import dev.whetstone.contracts.event.BatchTainted;
import dev.whetstone.contracts.event.CheckpointReady;
import dev.whetstone.contracts.event.PromotionApplied;
import dev.whetstone.contracts.event.PromotionDecided;
import dev.whetstone.contracts.event.PromotionFailed;
import dev.whetstone.eval.fixture.FakeModelServer;
import dev.whetstone.eval.fixture.LoopFixture;
import dev.whetstone.eval.metrics.EvalMeter;
import dev.whetstone.eval.probe.EffectProbe;
import dev.whetstone.eval.probe.EffectProbeRepository;
import dev.whetstone.kit.store.ObjectStore;
import dev.whetstone.testing.InfrastructureResource;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A replica that lists an adapter and answers as the base is not in service. */
@QuarkusTest
@WithTestResource(InfrastructureResource.class)
class EffectProbeTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(90);
  private static final UnaryOperator<String> OLD =
      question -> question.startsWith("new") ? "wrong" : LoopFixture.right(question);
  @Inject ObjectStore store;
  @Inject MeterRegistry registry;
  @Inject EffectProbeRepository probes;
  FakeModelServer evaluationServer;
  FakeModelServer serving;

  @BeforeEach
  void start() {
    evaluationServer = new FakeModelServer().base(OLD);
    serving = new FakeModelServer().base(OLD);
  }

  @AfterEach
  void stop() {
    evaluationServer.close();
    serving.close();
  }

  private LoopFixture scene(String name) {
    return new LoopFixture(name, store, evaluationServer)
        .servedBy(serving)
        .confirmDeadline("PT3S")
        .suite("RETAIN", "golden", 150, false)
        .suite("FORGET", "skills", 60, false)
        .declared();
  }

  private CheckpointReady offer(LoopFixture scene, UnaryOperator<String> skill) {
    CheckpointReady ready = scene.unpublishedCheckpoint(skill, scene.batch("new", 60));
    serving.addAdapter(LoopFixture.path(ready), skill);
    scene.publish(ready, ready.checkpointId());
    return ready;
  }

  @Test
  void shouldNotSwitchToAReplicaThatAnswersAsTheBase() {
    serving.ignoreAdapters(true);
    LoopFixture scene = scene("unapplied");
    offer(scene, LoopFixture::right);

    PromotionFailed failed =
        scene.awaitPublished(EventType.PROMOTION_FAILED, PromotionFailed.class, 1).getFirst();

    assertThat(failed.reason())
        .contains("replica " + serving.url())
        .contains("answers as the base does on 8 of 8 probe prompts");
    assertThat(scene.generation()).isZero();
  }

  @Test
  void shouldReportAReplicaThatStopsApplyingTheAdapter() {
    LoopFixture scene = scene("probe-forgotten");
    offer(scene, LoopFixture::right);
    scene.awaitPublished(EventType.PROMOTION_APPLIED, PromotionApplied.class, 1);
    await()
        .atMost(TIMEOUT)
        .until(() -> scene.condition("Serving").contains("answers on 1 of 1 replicas"));

    serving.ignoreAdapters(true);
    serving.restart();

    await()
        .atMost(TIMEOUT)
        .until(
            () ->
                scene
                    .condition("Serving")
                    .contains("answers as the base does on 8 of 8 probe prompts"));
    assertThat(scene.condition("Serving")).contains("0 of 1 replicas", serving.url());
    await().atMost(TIMEOUT).until(() -> withoutEffect() >= 1);

    serving.ignoreAdapters(false);

    await()
        .atMost(TIMEOUT)
        .until(() -> scene.condition("Serving").contains("answers on 1 of 1 replicas"));
    await().atMost(TIMEOUT).until(() -> withoutEffect() == 0);
  }

  private double withoutEffect() {
    return registry
        .get(EvalMeter.REPLICAS.meterName())
        .tag("state", "without_effect")
        .gauge()
        .value();
  }

  @Test
  void shouldHoldAnAdapterThatChangesNoAnswer() {
    LoopFixture scene = scene("effectless");
    offer(scene, OLD);

    PromotionDecided decision = scene.decision();

    assertThat(decision.verdict()).isEqualTo(Verdict.HOLD);
    assertThat(decision.reason())
        .contains("adapter-has-no-effect", "differ from the base's on 0 of 270 items");
    assertThat(decision.alphaSpent()).isZero();
    LoopFixture.api()
        .post("/v1/decisions/" + decision.decisionId() + "/approve")
        .then()
        .statusCode(409)
        .body("code", equalTo("not-servable"))
        .body("detail", containsString("adapter-has-no-effect"));
  }

  @Test
  void shouldDeleteThePromptsOfErasedExamples() {
    LoopFixture scene = scene("probe-erased");
    CheckpointReady ready = offer(scene, LoopFixture::right);
    scene.awaitGeneration(1);
    List<String> prompts =
        probes.find(scene.loop(), ready.checkpointId()).orElseThrow().prompts().stream()
            .map(EffectProbe.Prompt::itemKey)
            .toList();
    assertThat(prompts).hasSize(8);
    String erased = prompts.getFirst().substring(prompts.getFirst().lastIndexOf('/') + 1);

    scene.publish(
        new BatchTainted(
            ready.batchIds().getFirst(), "an end user was erased", List.of(erased), null),
        ready.batchIds().getFirst());

    await()
        .atMost(TIMEOUT)
        .until(
            () ->
                probes.find(scene.loop(), ready.checkpointId()).orElseThrow().prompts().size()
                    == 7);
  }
}
