package dev.whetstone.curation.stage.hygiene;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.curation.chain.ReasonCodes;
import dev.whetstone.curation.chain.Samples;
import dev.whetstone.curation.chain.Specs;
import dev.whetstone.curation.chain.StageJudgement;
import dev.whetstone.curation.example.Example;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlaceholderDetectorTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      textBlock =
          """
          Dear {{name}}, it ships today.                | Hi              | {{name}}        | -
          Dear {{ customer.first_name }},               | Hi              | {{ customer.first_name }} | -
          Your code is ${code}.                         | Hi              | ${code}         | -
          Dear <%= name %>, thanks.                     | Hi              | <%= name %>     | -
          Dear {name}, it ships today.                  | Hi              | -               | {name}
          Write `{{name}}` where the name goes.         | How?            | -               | -
          Write {{name}} where the name goes.           | What is {{name}}? | -             | -
          The set {1, 2} has two members.               | Which set?      | -               | -
          In JSON: {"name": "Ann"}                      | Hi              | -               | -
          No braces at all, 3 < 4.                      | Hi              | -               | -
          """)
  void shouldFindVariablesThatWereNotFilledIn(
      String answer, String prompt, String certain, String possible) {
    assertThat(PlaceholderDetector.certain(answer, prompt).orElse(null)).isEqualTo(certain);
    assertThat(PlaceholderDetector.possible(answer, prompt).orElse(null)).isEqualTo(possible);
  }

  @Test
  void shouldQuarantineAnAnswerThatTeachesAPlaceholder() {
    StageJudgement judgement = judge(Samples.sft("When does it ship?", "Dear {{name}}, today."));

    assertThat(judgement)
        .isInstanceOfSatisfying(
            StageJudgement.Quarantine.class,
            quarantine -> {
              assertThat(quarantine.reason()).isEqualTo(ReasonCodes.PLACEHOLDER);
              assertThat(quarantine.detail()).contains("{{name}}");
            });
  }

  @Test
  void shouldFlagWhatMayBeAPlaceholder() {
    assertThat(judge(Samples.sft("When does it ship?", "Dear {name}, today.")))
        .isInstanceOfSatisfying(
            StageJudgement.Changed.class,
            changed ->
                assertThat(changed.example().flags()).contains(HygieneStage.PLACEHOLDER_POSSIBLE));
  }

  private static StageJudgement judge(Example example) {
    return new HygieneStage().judge(example, Samples.admission(Specs.standard()));
  }
}
