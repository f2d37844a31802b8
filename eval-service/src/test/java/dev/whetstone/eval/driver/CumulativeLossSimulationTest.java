package dev.whetstone.eval.driver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.contracts.chat.ChatMessage;
import dev.whetstone.contracts.decision.GateOutcome;
import dev.whetstone.contracts.decision.GateResult;
import dev.whetstone.contracts.loop.GateRole;
import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.eval.answer.ComparedModels;
import dev.whetstone.eval.item.EvaluationItem;
import dev.whetstone.eval.score.AnchorScores;
import dev.whetstone.eval.score.GateEvaluation;
import dev.whetstone.eval.score.ScoredItem;
import dev.whetstone.eval.serving.ServingPort.Answer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Candidates that each answer slightly worse than the champion on the same 3,000 items. Each loses
 * less than the margin of 0.03, so the comparison with the champion alone promotes all of them.
 */
class CumulativeLossSimulationTest {
  private static final int ITEMS = 3000;
  private static final int CANDIDATES = 12;
  private static final double MARGIN = 0.03;
  private static final double LOSS = 0.015;

  @ParameterizedTest
  @EnumSource(names = {"RETAIN", "FORGET"})
  void shouldStopASeriesOfPromotionsThatEachLoseLessThanTheMargin(GateRole role) {
    for (long seed = 1; seed <= 20; seed++) {
      double withoutAnchors = loss(role, seed, false);
      double withAnchors = loss(role, seed, true);

      assertThat(withoutAnchors).as("seed %d", seed).isGreaterThan(4 * MARGIN);
      assertThat(withAnchors).as("seed %d", seed).isBetween(0.0, MARGIN);
    }
  }

  @Test
  void shouldPromoteEqualCandidatesAgainstEveryAnchor() {
    BitSet champion = right(new Random(7), 0.9);
    List<GateResult> gates =
        evaluate(GateRole.FORGET, champion, champion, List.of(anchor("the base", champion)));

    assertThat(gates).extracting(GateResult::name).contains("FORGET", "FORGET against the base");
    assertThat(gates.stream().filter(gate -> gate.role() == GateRole.FORGET))
        .allMatch(gate -> gate.outcome() == GateOutcome.PASSED);
  }

  /** How much the last champion answers worse than the base, as a share of the items. */
  private static double loss(GateRole role, long seed, boolean anchored) {
    Random random = new Random(seed);
    BitSet base = right(random, 0.9);
    BitSet champion = base;
    for (int i = 0; i < CANDIDATES; i++) {
      BitSet candidate = worse(random, champion);
      List<AnchorScores> anchors =
          anchored && !champion.equals(base) ? List.of(anchor("the base", base)) : List.of();
      boolean passes =
          evaluate(role, champion, candidate, anchors).stream()
              .filter(gate -> gate.role() == role)
              .allMatch(gate -> gate.outcome() == GateOutcome.PASSED);
      champion = passes ? candidate : champion;
    }
    return (base.cardinality() - champion.cardinality()) / (double) ITEMS;
  }

  private static BitSet right(Random random, double share) {
    BitSet right = new BitSet(ITEMS);
    for (int i = 0; i < ITEMS; i++) {
      right.set(i, random.nextDouble() < share);
    }
    return right;
  }

  /** Turns a share of the right answers into wrong ones. */
  private static BitSet worse(Random random, BitSet champion) {
    BitSet candidate = (BitSet) champion.clone();
    int lost = (int) (LOSS * ITEMS);
    while (lost > 0) {
      int item = random.nextInt(ITEMS);
      if (candidate.get(item)) {
        candidate.clear(item);
        lost--;
      }
    }
    return candidate;
  }

  private static AnchorScores anchor(String name, BitSet right) {
    Map<String, Double> scores = new HashMap<>();
    for (int i = 0; i < ITEMS; i++) {
      scores.put("suite/item-" + i, right.get(i) ? 1.0 : 0.0);
    }
    return new AnchorScores(name, ComparedModels.ANCHORED, scores);
  }

  private static List<GateResult> evaluate(
      GateRole role, BitSet champion, BitSet candidate, List<AnchorScores> anchors) {
    List<ScoredItem> items = new ArrayList<>();
    for (int i = 0; i < ITEMS; i++) {
      items.add(
          ScoredItem.of(item(role, i), null, answer(champion.get(i)), answer(candidate.get(i))));
    }
    LoopSpec.Evaluation rules =
        new LoopSpec.Evaluation(
            List.of(new LoopSpec.Gate(role, LoopSpec.Gate.Mode.ENFORCE, MARGIN, 300)),
            List.of(),
            null,
            0.05,
            0,
            0.02,
            16,
            64,
            "alpha-spending",
            0.1);
    return new GateEvaluation(rules, 0.03, List.of()).evaluate(items, anchors);
  }

  private static Answer answer(boolean right) {
    return new Answer(right ? "right" : "wrong", "stop", 1, 1);
  }

  private static EvaluationItem item(GateRole role, int number) {
    return new EvaluationItem(
        role,
        "suite",
        false,
        "item-" + number,
        List.of(ChatMessage.user("question " + number)),
        null,
        "right",
        null,
        null,
        null,
        false,
        "digest-" + number);
  }
}
