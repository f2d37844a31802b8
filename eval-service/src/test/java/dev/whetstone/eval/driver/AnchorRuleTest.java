package dev.whetstone.eval.driver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.decision.DecisionCost;
import dev.whetstone.contracts.decision.GateOutcome;
import dev.whetstone.contracts.decision.GateResult;
import dev.whetstone.contracts.decision.Verdict;
import dev.whetstone.contracts.event.PromotionDecided;
import dev.whetstone.contracts.loop.GateRole;
import dev.whetstone.contracts.loop.RolloutMode;
import dev.whetstone.eval.answer.ComparedModels;
import dev.whetstone.eval.champion.Champion;
import dev.whetstone.eval.decision.Decision;
import dev.whetstone.eval.decision.Decision.Adoption;
import dev.whetstone.eval.decision.DecisionFacts;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Which former champions a candidate is compared with. */
class AnchorRuleTest {
  private static final LoopId LOOP = new LoopId("acme", "support");
  private static final Instant AT = Instant.parse("2026-11-20T12:00:00Z");
  private final List<Champion> history = new ArrayList<>();
  private final List<Decision> decisions = new ArrayList<>();

  AnchorRuleTest() {
    history.add(new Champion(LOOP, 0, null, null, "base", null, AT));
  }

  @Test
  void shouldSelectTheBestFormerChampionOfEachRoleOnce() {
    promoted("a", 0.90, 0.80);
    promoted("b", 0.88, 0.85);
    promoted("c", 0.87, 0.84);

    assertThat(select(Set.of())).containsExactly("a", "b");
    assertThat(select(Set.of("a"))).containsExactly("b");
  }

  @Test
  void shouldSelectNoneIfTheChampionScoredBest() {
    promoted("a", 0.90, 0.80);
    promoted("b", 0.90, 0.81);

    assertThat(select(Set.of())).isEmpty();
  }

  @Test
  void shouldNotSelectWhatWasRolledBack() {
    promoted("a", 0.90, 0.80);
    promoted("b", 0.99, 0.99);
    Decision rolledBack = decisions.removeLast();
    decisions.add(decision(rolledBack.id(), "b", 0.99, 0.99, Adoption.ROLLED_BACK));
    promoted("c", 0.91, 0.70);

    assertThat(select(Set.of())).containsExactly("a");
  }

  @Test
  void shouldSelectNoneBeforeTheFirstPromotion() {
    assertThat(select(Set.of())).isEmpty();
  }

  private List<String> select(Set<String> tainted) {
    return AnchorRule.select(history.reversed(), decisions, tainted, ComparedModels.ANCHORED)
        .stream()
        .map(Champion::checkpointId)
        .toList();
  }

  private void promoted(String checkpoint, double retain, double forget) {
    String decision = "dec-" + checkpoint;
    history.add(history.getLast().next(checkpoint, "file:///a", checkpoint, decision, AT));
    decisions.add(decision(decision, checkpoint, retain, forget, Adoption.ADOPTED));
  }

  private static Decision decision(
      String id, String candidate, double retain, double forget, Adoption adoption) {
    PromotionDecided body =
        new PromotionDecided(
            id,
            candidate,
            null,
            0,
            List.of(),
            Verdict.PROMOTE,
            "passed",
            RolloutMode.AUTO,
            "policy",
            List.of(),
            List.of(
                gate("RETAIN", GateRole.RETAIN, retain),
                gate("FORGET", GateRole.FORGET, forget),
                gate("FORGET/aside", GateRole.FORGET, 1.0)),
            0.03,
            0.02,
            null,
            "policy",
            new DecisionCost(0, 0, 0, 0));
    DecisionFacts facts =
        new DecisionFacts(
            "base", "c", Map.of(), 0, 0, 0, 0, List.of(), List.of(), List.of(), null, List.of(),
            false);
    return new Decision(id, 1, LOOP, "ev", body, facts, true, adoption, null, AT);
  }

  private static GateResult gate(String name, GateRole role, double candidate) {
    return new GateResult(
        name,
        role,
        "exact_match",
        100,
        0.5,
        candidate,
        0.0,
        null,
        null,
        0.03,
        true,
        GateOutcome.PASSED,
        "passed");
  }
}
