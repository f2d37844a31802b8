package dev.whetstone.training.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.contracts.batch.Form;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RunStageRuleTest {
  @Test
  void shouldTrainWithEnoughCorrectionsAndDemonstrations() {
    assertThat(RunStageRule.decide(Map.of(Form.SFT, 50), 50))
        .isInstanceOf(RunStageRule.Answer.Train.class);
  }

  @Test
  void shouldReportHowManyExamplesAreMissingAndWhatWaits() {
    RunStageRule.Answer answer =
        RunStageRule.decide(Map.of(Form.SFT, 37, Form.BINARY, 12, Form.PREFERENCE, 37), 50);

    assertThat(answer).isInstanceOf(RunStageRule.Answer.TooFew.class);
    assertThat(((RunStageRule.Answer.TooFew) answer).missing()).isEqualTo(13);
    assertThat(answer.waiting())
        .containsExactly(
            "37 of 50 corrections and demonstrations that SFT needs are available",
            "37 preference pairs wait in their batches: this version has no DPO stage",
            "12 thumbs wait in their batches: this version has no KTO stage");
  }
}
