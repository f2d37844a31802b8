package dev.whetstone.eval.likelihood;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.eval.config.EvalConfig;
import dev.whetstone.kit.store.ObjectStore;
import dev.whetstone.testing.InfrastructureResource;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;

@QuarkusTest
@WithTestResource(InfrastructureResource.class)
class ScoringPruningTest {
  @Inject ScoringPruning pruning;
  @Inject ScoringRepository scorings;
  @Inject ObjectStore store;
  @Inject EvalConfig config;
  @Inject Clock clock;

  @Test
  void shouldDeleteARequestAndItsObjectsSomeDaysLater() {
    String old = requested(clock.instant().minus(Duration.ofDays(8)));
    String recent = requested(clock.instant().minus(Duration.ofDays(6)));

    pruning.prune();

    assertThat(scorings.find(old)).isEmpty();
    assertThat(store.exists(ScoringRequester.itemsKey(old))).isFalse();
    assertThat(scorings.find(recent)).isPresent();
    assertThat(store.exists(ScoringRequester.itemsKey(recent))).isTrue();
    assertThat(config.likelihoodKeep()).isEqualTo(Duration.ofDays(7));
    assertThat(config.likelihoodItems()).isEqualTo(200);
  }

  private String requested(Instant at) {
    String id = "ev-" + UUID.randomUUID();
    store.put(ScoringRequester.itemsKey(id), id.getBytes(StandardCharsets.UTF_8));
    boolean added =
        QuarkusTransaction.requiringNew()
            .call(
                () ->
                    scorings.add(
                        new LoopId("acme", "pruned"),
                        id,
                        RequestedScoring.State.REQUESTED,
                        "",
                        at,
                        at));
    assertThat(added).isTrue();
    return id;
  }
}
