package dev.whetstone.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.testing.InfrastructureResource;
import dev.whetstone.training.attempt.AttemptView;
import dev.whetstone.training.engine.ComputeEngine;
import dev.whetstone.training.engine.ProcessEngineConfig;
import dev.whetstone.training.engine.ScriptedComputeEngine;
import dev.whetstone.training.retention.RetentionSweeper;
import dev.whetstone.training.status.RunView;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The real engine runs a real process that reports over HTTP; only the model is simulated. */
@QuarkusTest
@WithTestResource(InfrastructureResource.class)
@TestProfile(RealWorkerProcessTest.WithRealEngine.class)
class RealWorkerProcessTest {
  @Inject TrainingFixture fixture;
  @Inject TestLeaseClock clock;
  @Inject ComputeEngine engine;
  @Inject ScriptedComputeEngine scripted;
  @Inject RetentionSweeper sweeper;
  @Inject ProcessEngineConfig bounds;

  private LoopId loop;

  /** The worker processes need the service's port before the service is up. */
  public static final class WithRealEngine implements QuarkusTestProfile {
    @Override
    public Set<Class<?>> getEnabledAlternatives() {
      return Set.of(ScriptedComputeEngine.class);
    }

    @Override
    public Map<String, String> getConfigOverrides() {
      try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
          ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        String port = Integer.toString(socket.getLocalPort());
        return Map.of(
            "quarkus.http.test-port",
            port,
            // A server with a set port and one without have meters of other tags, which Prometheus
            // refuses.
            "quarkus.management.test-port",
            Integer.toString(other.getLocalPort()),
            "whetstone.training.callback-url",
            "http://127.0.0.1:" + port,
            "whetstone.training.process.max-workers",
            "2",
            "whetstone.training.process.devices",
            "0,1");
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  @AfterEach
  void endAllRuns() {
    if (loop != null) {
      engine.stop(fixture.attempt(loop), ComputeEngine.Manner.AT_ONCE);
    }
    fixture.endAllRuns();
  }

  @Test
  void shouldResumeAfterItsWorkerWasKilledAndEndWithACheckpoint() {
    loop = fixture.loop();
    fixture.seal(loop, 1, 20);

    passUntil(run -> run.attempts().getLast().step() >= 20);
    engine.stop(fixture.attempt(loop), ComputeEngine.Manner.AT_ONCE);
    passUntil(run -> run.attempts().size() == 2);
    passUntil(run -> run.state().equals("succeeded"));

    RunView run = fixture.run(loop);
    assertThat(run.attempts())
        .extracting(AttemptView::state)
        .containsExactly("failed", "succeeded");
    assertThat(run.attempts().getFirst().exitCode()).isEqualTo(137);
    assertThat(run.checkpointId()).hasSize(64);
    assertThat(fixture.metrics(loop)).extracting(point -> point.step()).contains(1L, 20L, 30L);
  }

  @Test
  void shouldResumeWhereItsWorkerSavedWhenTheProcessGroupIsEvicted() {
    loop = fixture.loop();
    fixture.seal(loop, 1, 20);

    passUntil(run -> run.attempts().getLast().step() >= 20);
    scripted.evict(fixture.attempt(loop));
    passUntil(run -> run.state().equals("succeeded"));

    RunView run = fixture.run(loop);
    assertThat(run.attempts())
        .extracting(AttemptView::state)
        .containsExactly("preempted", "succeeded");
    assertThat(run.attempts().getFirst().exitCode()).isEqualTo(75);
    assertThat(run.attempts().getFirst().detail())
        .isEqualTo("the worker ended with 75 (preempted); it saved a resume point at step 20");
  }

  @Test
  void shouldWaitWhenTheProcessGroupIsEvictedAgainAndAgainWhileItLoads() {
    loop = fixture.loop("  training: {seed: 75, maxAttempts: 2}");
    fixture.seal(loop, 1, 20);

    for (int eviction = 1; eviction <= 4; eviction++) {
      int attempt = eviction;
      passUntil(
          run ->
              run.attempts().size() == attempt
                  && run.attempts().getLast().state().equals("loading"));
      scripted.evict(fixture.attempt(loop));
      passUntil(run -> run.attempts().get(attempt - 1).state().equals("preempted"));
    }

    RunView run = fixture.run(loop);
    assertThat(run.state()).isEqualTo("waiting");
    assertThat(run.reason()).contains("4 attempts in a row", "Let the worker run undisturbed");
    assertThat(run.attempts())
        .extracting(AttemptView::exitCode)
        .allMatch(code -> code == 75 || code == 143);
  }

  @Test
  void shouldDeleteTheFoldersOfWorkersLongAfterTheirAttemptsEnded() {
    loop = fixture.loop();
    fixture.seal(loop, 1, 20);
    passUntil(run -> run.attempts().getLast().step() >= 20);
    String first = fixture.attempt(loop);
    scripted.evict(first);
    passUntil(run -> run.state().equals("succeeded"));
    String second = fixture.attempt(loop);
    await().until(() -> engine.poll(second) instanceof ComputeEngine.Observation.Exited);

    clock.advance(Duration.ofDays(13));
    sweeper.sweep();
    assertThat(engine.kept()).contains(first, second);
    clock.advance(Duration.ofDays(2));
    sweeper.sweep();
    assertThat(engine.kept()).doesNotContain(first, second);
  }

  @Test
  void shouldReadTheBoundsFromTheConfiguration() {
    assertThat(bounds.maxWorkers()).hasValue(2);
    assertThat(bounds.devices()).contains(List.of("0", "1"));
  }

  private void passUntil(java.util.function.Predicate<RunView> condition) {
    await()
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(50))
        .until(
            () -> {
              clock.advance(Duration.ofMillis(200));
              fixture.pass();
              return condition.test(fixture.run(loop));
            });
  }
}
