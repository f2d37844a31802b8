package dev.whetstone.eval.decision;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.decision.DecisionCost;
import dev.whetstone.contracts.decision.Verdict;
import dev.whetstone.contracts.event.PromotionDecided;
import dev.whetstone.contracts.loop.RolloutMode;
import dev.whetstone.eval.decision.Decision.Adoption;
import dev.whetstone.kit.sql.DatabaseException;
import dev.whetstone.testing.InfrastructureResource;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Invariant I4: one decision per candidate and champion generation. */
@QuarkusTest
@WithTestResource(InfrastructureResource.class)
class DecisionRepositoryTest {
  private static final int CANDIDATES = 100;
  @Inject DecisionRepository decisions;

  @Test
  void shouldHoldI4WhileTwoWorkersDecideTheSameCandidates() throws Exception {
    LoopId loop = new LoopId("acme", "contested");
    int kept = 0;
    try (var threads = Executors.newFixedThreadPool(2)) {
      List<Callable<Integer>> workers =
          List.of(() -> decideAll(loop, "one"), () -> decideAll(loop, "two"));
      for (Future<Integer> worker : threads.invokeAll(workers)) {
        kept += worker.get();
      }
    }

    assertThat(kept).isEqualTo(CANDIDATES);
    assertThat(decisions.all(loop))
        .extracting(decision -> decision.body().candidate())
        .doesNotHaveDuplicates()
        .hasSize(CANDIDATES);
  }

  @Test
  void shouldAllowAnotherLookOnlyWhileUndecided() {
    LoopId loop = new LoopId("acme", "looks");

    assertThat(kept(decision(loop, "c", "look-1", Verdict.INCONCLUSIVE))).isTrue();
    assertThat(kept(decision(loop, "c", "look-2", Verdict.INCONCLUSIVE))).isTrue();
    assertThat(kept(decision(loop, "c", "look-3", Verdict.REJECT))).isTrue();
    assertThat(kept(decision(loop, "c", "look-4", Verdict.PROMOTE))).isFalse();

    assertThat(decisions.all(loop)).hasSize(3);
  }

  private int decideAll(LoopId loop, String worker) {
    return IntStream.range(0, CANDIDATES)
        .map(i -> kept(decision(loop, "candidate-" + i, worker + i, Verdict.PROMOTE)) ? 1 : 0)
        .sum();
  }

  private boolean kept(Decision decision) {
    try {
      QuarkusTransaction.requiringNew().run(() -> decisions.add(decision));
      return true;
    } catch (DatabaseException e) {
      return false;
    }
  }

  private static Decision decision(
      LoopId loop, String candidate, String evaluation, Verdict verdict) {
    String id = "dec-" + loop.loop() + "-" + evaluation;
    PromotionDecided body =
        new PromotionDecided(
            id,
            candidate,
            null,
            0,
            List.of(),
            verdict,
            "because",
            RolloutMode.OBSERVE,
            "0",
            List.of(),
            List.of(),
            0.03,
            0.02,
            null,
            "policy",
            new DecisionCost(0, 0, 0, 0));
    DecisionFacts facts =
        new DecisionFacts(
            "base", candidate, Map.of(), 0, 0, 0, 0, List.of(), List.of(), List.of(), null,
            List.of(), false);
    return new Decision(
        id,
        0,
        loop,
        "ev-" + loop.loop() + "-" + evaluation,
        body,
        facts,
        false,
        Adoption.NONE,
        null,
        Instant.parse("2026-11-20T12:00:00Z"));
  }
}
