package dev.whetstone.curation.seal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.contracts.batch.BatchTrigger;
import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.curation.chain.Specs;
import dev.whetstone.curation.seal.SealDecision.Seal;
import dev.whetstone.curation.seal.SealDecision.Wait;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SealRuleTest {
  private static final LoopSpec DEMO =
      Specs.with(
          """
            curation: {seal: {minExamples: 240, expectedEffect: 0.5}}
            evaluation: {gates: [{role: FRESH, minItems: 80}]}
          """);

  /** Standard: 50 train examples; 200 held-out items, the FRESH gate's floor over 151 by power. */
  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          # train, heldOut, days, budget, manual, drift, trigger
          50,  200, 0, true,  false, false, VOLUME
          49,  200, 0, true,  false, false,
          50,  199, 0, true,  false, false,
          50,  200, 0, false, false, false,
          10,  10,  7, true,  false, false, AGE
          10,  10,  6, true,  false, false,
          9,   200, 8, true,  false, false,
          200, 9,   8, true,  false, false,
          10,  0,   0, true,  true,  false, MANUAL
          9,   200, 0, true,  true,  false,
          10,  0,   0, true,  false, true,  DRIFT
          9,   200, 0, true,  false, true,
          50,  200, 8, true,  true,  true,  MANUAL
          """)
  void shouldSealWhenEnoughIsThere(
      int train,
      int heldOut,
      int days,
      boolean budget,
      boolean manual,
      boolean drift,
      BatchTrigger trigger) {
    var input =
        new SealInput(
            Specs.standard(),
            train,
            heldOut,
            Duration.ofDays(days),
            5,
            5,
            budget ? null : "another batch trains",
            manual,
            drift,
            List.of());

    SealDecision decision = SealRule.decide(input);

    if (trigger == null) {
      assertThat(decision).isInstanceOf(Wait.class);
    } else {
      assertThat(decision).isEqualTo(new Seal(trigger));
    }
  }

  @Test
  void shouldNeedWhatTheDemoNeeds() {
    assertThat(SealRule.heldOutNeeded(DEMO)).isEqualTo(80);
    assertThat(SealRule.trainNeeded(DEMO)).isEqualTo(240);
    assertThat(SealRule.decide(input(DEMO, 240, 80, 1, 1)))
        .isEqualTo(new Seal(BatchTrigger.VOLUME));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          37 | 230 | 7 | 9 | 37 of 50 to seal, decidable in about 2 days at today's rate
          49 | 230 | 7 | 9 | 49 of 50 to seal, decidable in about 1 day at today's rate
          60 | 20  | 7 | 9 | 60 new train examples (50 needed), 20 of 200 held-out items, decidable in about 20 days at today's rate
          10 | 20  | 0 | 9 | 10 of 50 to seal, 20 of 200 held-out items, not decidable at today's rate: no examples arrive
          """)
  void shouldStateWhatIsMissingAndForHowLong(
      int train, int heldOut, double trainPerDay, double heldOutPerDay, String message) {
    var decision =
        SealRule.decide(input(Specs.standard(), train, heldOut, trainPerDay, heldOutPerDay));

    assertThat(((Wait) decision).message()).isEqualTo(message);
  }

  @Test
  void shouldStateWhatBlocksASeal() {
    var input =
        new SealInput(
            Specs.standard(),
            90,
            300,
            Duration.ZERO,
            5,
            5,
            "2 batches wait for their decision",
            false,
            false,
            List.of());

    assertThat(((Wait) SealRule.decide(input)).message())
        .startsWith("2 batches wait for their decision, 90 new train examples (50 needed)");
  }

  /** Old declarations may have such values; the status must stay readable. */
  @Test
  void shouldNameTheSettingWithWhichNothingIsEverDecided() {
    LoopSpec spec =
        Specs.expecting(Specs.with("  evaluation: {gates: [{role: FRESH, margin: 0.05}]}\n"), 0.05);

    assertThat(SealRule.heldOutNeeded(spec)).isEqualTo(SealRule.NEVER);
    assertThat(((Wait) SealRule.decide(input(spec, 90, 300, 5, 5))).message())
        .contains("curation.seal.expectedEffect");
  }

  @Test
  void shouldWaitForTagsThatMustBeCovered() {
    var input =
        new SealInput(
            Specs.standard(), 90, 300, Duration.ZERO, 5, 5, null, false, false, List.of("german"));

    assertThat(((Wait) SealRule.decide(input)).message())
        .isEqualTo(
            "no example yet tagged german, 90 new train examples (50 needed), decidable now");
  }

  private static SealInput input(
      LoopSpec spec, int train, int heldOut, double trainPerDay, double heldOutPerDay) {
    return new SealInput(
        spec,
        train,
        heldOut,
        Duration.ZERO,
        trainPerDay,
        heldOutPerDay,
        null,
        false,
        false,
        List.of());
  }
}
