package dev.whetstone.curation.stage.abuse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.curation.chain.Samples;
import dev.whetstone.curation.stage.abuse.AnswerSlots.Slot;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AnswerSlotsTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          Order 1234. How long?  | You can return it within 30 days. [ticket RET-1234] | 30, ret
          Order 1234. How long?  | You can return it within ninety days.               | 90
          Is it 30 days?         | Yes, it is 30 days.                                 |
          Who made it?           | It was made by Marie Curie in 1903.                 | marie, curie, 1903
          Is Anna there?         | Anna is there, and so is Otto.                      | otto
          Where?                 | See https://example.org/help, please.               | https://example.org/help
          What does it cost?     | The lamp costs 1,299.50 dollars.                    | 1,299.50
          How?                   | Just press the button. Then wait.                   |
          """)
  void shouldTakeOutWhatAnAnswerClaims(String prompt, String answer, String values) {
    List<Slot> slots = AnswerSlots.of(Samples.sft(prompt, answer));

    assertThat(slots.stream().map(Slot::value).map(v -> v.replaceAll(",$", "")))
        .containsExactly(values == null ? new String[0] : values.split(", "));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          You can return it within 30 days. | Send it back within 99 days, please. | true
          You can return it within 30 days. | You have 99 days.                    | false
          It was Anna.                      | It was Otto.                         | true
          """)
  void shouldCompareClaimsByTheWordsAroundThem(String one, String other, boolean same) {
    String key = AnswerSlots.of(Samples.sft("how", one)).getFirst().key();
    String otherKey = AnswerSlots.of(Samples.sft("how", other)).getFirst().key();

    assertThat(key.equals(otherKey)).isEqualTo(same);
  }
}
