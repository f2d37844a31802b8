package dev.whetstone.curation.stage.hygiene;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.curation.chain.AdmissionFacts;
import dev.whetstone.curation.chain.Samples;
import dev.whetstone.curation.chain.Specs;
import dev.whetstone.curation.chain.StageJudgement;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConsentStageTest {
  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          allow, true,  true
          allow, false, false
          allow, ,      true
          deny,  true,  true
          deny,  false, false
          deny,  ,      false
          """)
  void shouldAskTheEventThenTheLoop(String whenAbsent, Boolean said, boolean passes) {
    var spec = Specs.with("  consent: {default: " + whenAbsent + "}\n");
    Map<String, Object> facts = said == null ? Map.of() : Map.of(AdmissionFacts.CONSENT, said);

    StageJudgement judgement =
        new ConsentStage().judge(Samples.sft("ask", "tell"), Samples.admission(spec, facts));

    assertThat(judgement.passes()).isEqualTo(passes);
  }
}
