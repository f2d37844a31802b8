package dev.whetstone.eval.verdict;

import static dev.whetstone.contracts.decision.GateOutcome.FAILED;
import static dev.whetstone.contracts.decision.GateOutcome.NOT_MEASURED;
import static dev.whetstone.contracts.decision.GateOutcome.PASSED;
import static dev.whetstone.contracts.decision.GateOutcome.UNDECIDED;
import static dev.whetstone.contracts.decision.Verdict.HOLD;
import static dev.whetstone.contracts.decision.Verdict.INCONCLUSIVE;
import static dev.whetstone.contracts.decision.Verdict.PROMOTE;
import static dev.whetstone.contracts.decision.Verdict.REJECT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.contracts.decision.GateOutcome;
import dev.whetstone.contracts.decision.GateResult;
import dev.whetstone.contracts.decision.Verdict;
import dev.whetstone.contracts.loop.GateRole;
import dev.whetstone.contracts.loop.RolloutMode;
import dev.whetstone.eval.gate.GateKind;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class VerdictRuleTest {
  static Stream<Arguments> cases() {
    return Stream.of(
        // FRESH, RETAIN, hold, doubt, mode: verdict
        Arguments.of(PASSED, PASSED, false, false, RolloutMode.AUTO, PROMOTE),
        Arguments.of(PASSED, PASSED, false, false, RolloutMode.OBSERVE, PROMOTE),
        Arguments.of(PASSED, PASSED, false, false, RolloutMode.APPROVE, HOLD),
        Arguments.of(PASSED, PASSED, false, false, RolloutMode.CANARY, HOLD),
        Arguments.of(FAILED, PASSED, false, false, RolloutMode.AUTO, REJECT),
        Arguments.of(PASSED, FAILED, false, false, RolloutMode.AUTO, REJECT),
        Arguments.of(UNDECIDED, FAILED, true, false, RolloutMode.APPROVE, REJECT),
        Arguments.of(UNDECIDED, FAILED, true, true, RolloutMode.APPROVE, HOLD),
        Arguments.of(PASSED, FAILED, false, true, RolloutMode.AUTO, INCONCLUSIVE),
        Arguments.of(UNDECIDED, PASSED, false, false, RolloutMode.AUTO, INCONCLUSIVE),
        Arguments.of(UNDECIDED, PASSED, false, false, RolloutMode.APPROVE, INCONCLUSIVE),
        Arguments.of(PASSED, UNDECIDED, false, false, RolloutMode.AUTO, INCONCLUSIVE),
        Arguments.of(PASSED, PASSED, false, true, RolloutMode.AUTO, INCONCLUSIVE),
        Arguments.of(PASSED, NOT_MEASURED, false, false, RolloutMode.AUTO, HOLD),
        Arguments.of(UNDECIDED, NOT_MEASURED, false, true, RolloutMode.AUTO, HOLD),
        Arguments.of(PASSED, PASSED, true, false, RolloutMode.AUTO, HOLD),
        Arguments.of(FAILED, NOT_MEASURED, true, false, RolloutMode.AUTO, REJECT));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void shouldFollowPrecedence(
      GateOutcome fresh,
      GateOutcome retain,
      boolean hold,
      boolean doubt,
      RolloutMode mode,
      Verdict expected) {
    VerdictInput input =
        new VerdictInput(
            List.of(gate(GateRole.FRESH, fresh, true), gate(GateRole.RETAIN, retain, true)),
            List.of(),
            hold ? List.of("first round without a golden set") : List.of(),
            doubt ? List.of("the server is not reproducible") : List.of(),
            mode);

    assertThat(VerdictRule.decide(input).verdict()).isEqualTo(expected);
  }

  @Test
  void shouldIgnoreShadowGates() {
    VerdictInput input =
        input(
            gate(GateRole.FRESH, PASSED, true),
            gate(GateRole.FORGET, FAILED, false),
            gate(GateRole.RETAIN, NOT_MEASURED, false));

    assertThat(VerdictRule.decide(input).verdict()).isEqualTo(PROMOTE);
  }

  @Test
  void shouldHoldWithoutAnEnforcedFreshGate() {
    VerdictInput input =
        input(gate(GateRole.FRESH, PASSED, false), gate(GateRole.RETAIN, PASSED, true));

    VerdictResult result = VerdictRule.decide(input);

    assertThat(result.verdict()).isEqualTo(HOLD);
    assertThat(result.reason()).contains("no FRESH gate is enforced");
  }

  @Test
  void shouldHoldACandidateThatCannotBeServed() {
    VerdictInput input =
        new VerdictInput(
            List.of(gate(GateRole.FRESH, FAILED, true)),
            List.of("adapter_model.safetensors holds 12 bytes"),
            List.of(),
            List.of(),
            RolloutMode.AUTO);

    assertThat(VerdictRule.decide(input))
        .isEqualTo(new VerdictResult(HOLD, "adapter_model.safetensors holds 12 bytes"));
  }

  @Test
  void shouldNameTheDecidingGate() {
    VerdictInput input =
        input(gate(GateRole.FRESH, PASSED, true), gate(GateRole.RETAIN, FAILED, true));

    assertThat(VerdictRule.decide(input).reason()).isEqualTo("RETAIN because");
  }

  @ParameterizedTest
  @CsvSource({
    "FRESH, FRESH, ROLE",
    "RETAIN, RETAIN, ROLE",
    "RETAIN, RETAIN/refunds, PART",
    "RETAIN, RETAIN/critical, PART",
    "FORGET, FORGET/arc, PART",
    "FORGET, FORGET/arc/easy, PART",
  })
  void shouldDistinguishTheGateOfARoleFromItsParts(GateRole role, String name, GateKind kind) {
    assertThat(GateKind.of(gate(name, role, PASSED, true))).isEqualTo(kind);
  }

  @Test
  void shouldNameOnlyTheGatesOfRolesIfAllPassed() {
    VerdictInput input =
        input(
            gate(GateRole.FRESH, PASSED, true),
            gate(GateRole.RETAIN, PASSED, true),
            gate("RETAIN/refunds", GateRole.RETAIN, PASSED, true),
            gate("RETAIN/critical", GateRole.RETAIN, PASSED, true),
            gate("FORGET/arc", GateRole.FORGET, FAILED, false));

    assertThat(VerdictRule.decide(input))
        .isEqualTo(new VerdictResult(PROMOTE, "FRESH because; RETAIN because"));
  }

  private static VerdictInput input(GateResult... gates) {
    return new VerdictInput(List.of(gates), List.of(), List.of(), List.of(), RolloutMode.AUTO);
  }

  private static GateResult gate(GateRole role, GateOutcome outcome, boolean enforced) {
    return gate(role.name(), role, outcome, enforced);
  }

  private static GateResult gate(
      String name, GateRole role, GateOutcome outcome, boolean enforced) {
    return new GateResult(
        name,
        role,
        "exact_match",
        100,
        0.5,
        0.5,
        0.0,
        null,
        0.5,
        0.03,
        enforced,
        outcome,
        "because");
  }
}
