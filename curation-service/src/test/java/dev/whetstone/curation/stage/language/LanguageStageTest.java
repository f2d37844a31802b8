package dev.whetstone.curation.stage.language;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.curation.chain.Samples;
import dev.whetstone.curation.chain.Specs;
import dev.whetstone.curation.chain.StageJudgement;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LanguageStageTest {
  private static final LanguageStage STAGE = new LanguageStage(new OptimaizeLanguageGuesser());

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          [en]      | You can return the kettle within thirty days after you have received it. | true
          [en]      | Sie können den Wasserkocher innerhalb von dreißig Tagen zurückgeben.     | false
          [en, de]  | Sie können den Wasserkocher innerhalb von dreißig Tagen zurückgeben.     | true
          [de-DE]   | Sie können den Wasserkocher innerhalb von dreißig Tagen zurückgeben.     | true
          [en]      | Vous pouvez retourner la bouilloire dans un délai de trente jours.       | false
          [en]      | Dreißig Tage, bitte sehr.                                                | true
          [en]      | 1234 5678 9012 3456 7890 1234 5678 9012 3456 7890 1234 5678              | true
          []        | Sie können den Wasserkocher innerhalb von dreißig Tagen zurückgeben.     | true
          """)
  void shouldKeepTheLoopsLanguages(String languages, String answer, boolean passes) {
    var spec = Specs.with("  curation: {languages: " + languages + "}\n");

    StageJudgement judgement = STAGE.judge(Samples.sft("ask", answer), Samples.admission(spec));

    assertThat(judgement.passes()).as("%s", judgement).isEqualTo(passes);
  }
}
