package dev.whetstone.eval.gate;

import static dev.whetstone.contracts.decision.GateOutcome.FAILED;
import static dev.whetstone.contracts.decision.GateOutcome.NOT_MEASURED;
import static dev.whetstone.contracts.decision.GateOutcome.PASSED;
import static dev.whetstone.contracts.decision.GateOutcome.UNDECIDED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.contracts.decision.GateOutcome;
import dev.whetstone.contracts.decision.GateResult;
import dev.whetstone.contracts.loop.GateRole;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GateTest {
  @ParameterizedTest
  @CsvSource({
    // wins, losses, ties: outcome
    "140, 0, 4, PASSED",
    "45, 35, 120, UNDECIDED",
    "20, 20, 160, UNDECIDED",
    "2, 30, 168, FAILED",
    "0, 0, 200, FAILED",
    "40, 0, 10, UNDECIDED",
  })
  void shouldEvaluateSuperiority(int wins, int losses, int ties, GateOutcome expected) {
    GatePolicy policy = policy(GateRole.FRESH, 0.01, 80);

    assertThat(SuperiorityGate.evaluate(policy, scores(wins, losses, ties), List.of()).outcome())
        .isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "1, 3, 296, PASSED",
    "0, 48, 252, FAILED",
    "18, 30, 252, FAILED",
    "0, 0, 299, UNDECIDED",
  })
  void shouldEvaluateNonInferiority(int wins, int losses, int ties, GateOutcome expected) {
    GatePolicy policy = policy(GateRole.RETAIN, 0.03, 300);

    assertThat(NonInferiorityGate.evaluate(policy, scores(wins, losses, ties)).outcome())
        .isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        // wins, losses, ties, margin: outcome, items it takes
        "0, 0, 60, 0.02, UNDECIDED, 84",
        "0, 0, 83, 0.02, UNDECIDED, 84",
        "0, 0, 84, 0.02, PASSED, -",
        "0, 0, 120, 0.01, UNDECIDED, 166",
        "0, 0, 200, 0.01, PASSED, -",
        "0, 2, 58, 0.02, UNDECIDED, 84",
        "0, 30, 30, 0.02, FAILED, -",
        "0, 2, 98, 0.02, FAILED, -",
        "0, 0, 5000, 0, UNDECIDED, -",
        "5, 0, 55, 0.02, PASSED, -",
      })
  void shouldNotFailAnIdenticalCandidateForTooFewItems(
      int wins, int losses, int ties, double margin, GateOutcome expected, String needed) {
    GateResult result =
        NonInferiorityGate.evaluate(policy(GateRole.FORMAT, margin, 1), scores(wins, losses, ties));

    assertThat(result.outcome()).isEqualTo(expected);
    if (needed != null) {
      assertThat(result.reason()).contains("it takes " + needed + " items");
    }
  }

  @ParameterizedTest
  @CsvSource({
    // wins, losses, ties, least items: outcome
    "0, 0, 20, 1, PASSED",
    "0, 1, 19, 1, FAILED",
    "0, 0, 20, 50, UNDECIDED",
    "0, 1, 19, 50, FAILED",
    "0, 0, 0, 1, NOT_MEASURED",
  })
  void shouldTreatEveryCanaryItemAsCritical(
      int wins, int losses, int ties, int least, GateOutcome expected) {
    GatePolicy policy = policy(GateRole.CANARY, 0, least);

    GateResult result = CriticalItemsGate.all(policy, scores(wins, losses, ties));

    assertThat(result.name()).isEqualTo("CANARY");
    assertThat(result.outcome()).isEqualTo(expected);
  }

  @Test
  void shouldNotPassTheReferenceCaseOfNonInferiority() {
    GatePolicy policy = policy(GateRole.FORGET, 0.02, 700);

    GateResult result = NonInferiorityGate.evaluate(policy, scores(18, 30, 952));

    assertThat(result.outcome()).isEqualTo(FAILED);
    assertThat(result.reason())
        .isEqualTo("-0.012 [-0.023, -0.001], n 1000: cannot rule out a loss of 0.020");
  }

  @Test
  void shouldReportThatThereAreNoItems() {
    GatePolicy policy = policy(GateRole.RETAIN, 0.03, 300);

    assertThat(NonInferiorityGate.evaluate(policy, List.of()).outcome()).isEqualTo(NOT_MEASURED);
    assertThat(NonInferiorityGate.evaluate(policy, scores(0, 0, 1)).outcome()).isEqualTo(UNDECIDED);
    assertThat(NonInferiorityGate.evaluate(policy, List.of()).reason())
        .contains("declare a suite of role RETAIN under spec.evaluation.suites");
    assertThat(SuperiorityGate.evaluate(policy, List.of(), List.of()).outcome())
        .isEqualTo(NOT_MEASURED);
    assertThat(SuperiorityGate.evaluate(policy, List.of(), List.of()).reason())
        .contains("train on a new batch");
    assertThat(SuperiorityGate.evaluate(policy, List.of(), List.of("b1", "b2")).reason())
        .contains("no usable test items in batch b1, b2");
  }

  @Test
  void shouldFailALostSliceAlthoughTheMeanIsGood() {
    List<PairedScore> scores = new ArrayList<>();
    for (String slice : List.of("billing", "delivery", "returns")) {
      for (int i = 0; i < 50; i++) {
        boolean ruined = slice.equals("returns") && i < 15;
        scores.add(new PairedScore(slice + i, slice, null, false, ruined ? 1 : 0, ruined ? 0 : 1));
      }
    }
    for (int i = 0; i < 29; i++) {
      scores.add(new PairedScore("tiny" + i, "tiny", null, false, 1, 0));
    }
    GatePolicy policy = policy(GateRole.RETAIN, 0.03, 100);

    List<GateResult> slices = SliceGates.evaluate(policy, scores);

    assertThat(slices)
        .extracting(GateResult::name)
        .containsExactly("RETAIN/billing", "RETAIN/delivery", "RETAIN/returns");
    assertThat(slices).extracting(GateResult::outcome).containsExactly(PASSED, PASSED, PASSED);

    List<PairedScore> worse =
        scores.stream()
            .map(
                s ->
                    "returns".equals(s.slice())
                        ? new PairedScore(s.itemId(), s.slice(), null, false, 1, s.candidate())
                        : s)
            .toList();
    assertThat(SliceGates.evaluate(policy, worse).getLast().outcome()).isEqualTo(FAILED);
  }

  @Test
  void shouldFailOnOneCriticalItemWhateverTheChampionScored() {
    List<PairedScore> scores = new ArrayList<>(scores(10, 0, 10));
    GatePolicy policy = policy(GateRole.CANARY, 0, 1);
    assertThat(CriticalItemsGate.evaluate(policy, scores)).isEmpty();

    scores.add(new PairedScore("trigger-1", null, null, true, 0, 1));
    assertThat(CriticalItemsGate.evaluate(policy, scores).orElseThrow().outcome())
        .isEqualTo(PASSED);

    scores.add(new PairedScore("trigger-2", null, null, true, 0, 0));
    GateResult failed = CriticalItemsGate.evaluate(policy, scores).orElseThrow();
    assertThat(failed.outcome()).isEqualTo(FAILED);
    assertThat(failed.reason()).isEqualTo("1 of 2 critical items failed: trigger-2");
  }

  @Test
  void shouldNotPassClusteredItemsThatPassAsIndependentOnes() {
    List<PairedScore> clustered = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      double candidate = i / 10 % 2;
      clustered.add(new PairedScore("i" + i, null, "user-" + i / 10, false, 0.42, candidate));
    }
    GatePolicy policy = policy(GateRole.FRESH, 0.01, 80);

    assertThat(SuperiorityGate.evaluate(policy, clustered, List.of()).outcome())
        .isEqualTo(UNDECIDED);
    List<PairedScore> independent =
        clustered.stream()
            .map(s -> new PairedScore(s.itemId(), null, null, false, s.champion(), s.candidate()))
            .toList();
    assertThat(SuperiorityGate.evaluate(policy, independent, List.of()).outcome())
        .isEqualTo(PASSED);
  }

  @ParameterizedTest
  @CsvSource({
    // end users, items lost of 300: FRESH for items won, RETAIN
    "1, 0, UNDECIDED, UNDECIDED",
    "1, 300, UNDECIDED, UNDECIDED",
    "4, 0, PASSED, PASSED",
    "4, 60, PASSED, UNDECIDED",
    "4, 300, FAILED, FAILED",
  })
  void shouldNotDecideByFewEndUsers(int users, int lost, GateOutcome fresh, GateOutcome retain) {
    List<PairedScore> won = new ArrayList<>();
    List<PairedScore> kept = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      String user = "user-" + i * users / 300;
      won.add(new PairedScore("i" + i, null, user, false, 0, i < lost ? 0 : 1));
      kept.add(new PairedScore("i" + i, null, user, false, 1, i < lost ? 0 : 1));
    }

    assertThat(SuperiorityGate.evaluate(policy(GateRole.FRESH, 0.01, 80), won, List.of()).outcome())
        .isEqualTo(fresh);
    assertThat(NonInferiorityGate.evaluate(policy(GateRole.RETAIN, 0.03, 300), kept).outcome())
        .isEqualTo(retain);
  }

  static GatePolicy policy(GateRole role, double margin, int minItems) {
    return new GatePolicy(role.name(), role, "exact_match", margin, minItems, 0.05, true);
  }

  static List<PairedScore> scores(int wins, int losses, int ties) {
    List<PairedScore> scores = new ArrayList<>();
    for (int i = 0; i < wins + losses + ties; i++) {
      double champion = i < wins ? 0 : 1;
      double candidate = i < wins ? 1 : i < wins + losses ? 0 : 1;
      scores.add(new PairedScore("item-" + i, null, null, false, champion, candidate));
    }
    return scores;
  }
}
