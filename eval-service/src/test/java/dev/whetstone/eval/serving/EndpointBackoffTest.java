package dev.whetstone.eval.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.eval.fixture.FakeModelServer;
import dev.whetstone.eval.serving.EndpointBackoff.Call;
import dev.whetstone.kit.time.MutableClock;
import dev.whetstone.kit.work.RetryBackoff;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class EndpointBackoffTest {
  private static final LoopId LOOP = new LoopId("acme", "one");
  private static final Call MODELS = new Call(LOOP, "http://a:1", "models");
  private final MutableClock clock = new MutableClock(Instant.parse("2026-11-20T12:00:00Z"));
  private final EndpointBackoff backoff =
      new EndpointBackoff(
          RetryBackoff.doubling(Duration.ofSeconds(2), Duration.ofMinutes(1)), clock);

  @Test
  void shouldPauseLongerAfterEachFailure() {
    for (int seconds : new int[] {2, 4, 8, 16, 32, 60, 60}) {
      backoff.failed(MODELS, "down");
      clock.advance(Duration.ofSeconds(seconds).minusMillis(1));
      assertThat(backoff.pausing(MODELS)).contains("down");
      clock.advance(Duration.ofMillis(1));
      assertThat(backoff.pausing(MODELS)).isEmpty();
    }
    backoff.succeeded(MODELS);
    backoff.failed(MODELS, "down");
    clock.advance(Duration.ofSeconds(2));
    assertThat(backoff.pausing(MODELS)).isEmpty();
  }

  @Test
  void shouldPauseNeitherAnotherLoopNorAnotherCall() {
    backoff.failed(MODELS, "down");

    assertThat(backoff.pausing(new Call(new LoopId("other", "one"), "http://a:1", "models")))
        .isEmpty();
    assertThat(backoff.pausing(new Call(LOOP, "http://b:1", "models"))).isEmpty();
    assertThat(backoff.pausing(new Call(LOOP, "http://a:1", "load x"))).isEmpty();
  }

  @Test
  void shouldAskAServerAgainOnlyAfterThePause() {
    try (FakeModelServer fake = new FakeModelServer();
        HttpClient client = HttpClient.newHttpClient()) {
      ServingPort port =
          new PausingServingClient(
              new HttpServingClient(client, URI.create(fake.url()), null, Duration.ofSeconds(10)),
              backoff,
              LOOP,
              fake.url());
      fake.down(true);
      assertThatThrownBy(port::models).hasMessageContaining("503");
      fake.down(false);
      assertThatThrownBy(port::models)
          .isInstanceOfSatisfying(
              ServingException.class,
              e -> assertThat(e.kind()).isEqualTo(ServingException.Kind.UNAVAILABLE))
          .hasMessageContaining("503");

      clock.advance(Duration.ofSeconds(2));

      assertThat(port.models()).contains(FakeModelServer.BASE);
    }
  }
}
