package dev.whetstone.curation.seal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.contracts.batch.Form;
import dev.whetstone.contracts.batch.Split;
import dev.whetstone.curation.chain.Samples;
import dev.whetstone.curation.chain.Specs;
import dev.whetstone.curation.example.CutExampleRepository.Candidate;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SealReadinessTest {
  private final List<Candidate> candidates = new ArrayList<>();

  /** Eval asks a candidate the SFT test items only: the others decide nothing. */
  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          # train: sft, pairs, thumbs; form that counts
          299, 310, 20,  SFT
          10,  310, 20,  SFT
          10,  10,  400, SFT
          9,   310, 20,  PREFERENCE
          0,   9,   20,  BINARY
          5,   5,   5,   SFT
          0,   0,   0,   SFT
          """)
  void shouldCountTheFormThatCandidatesAreJudgedOn(int sft, int pairs, int thumbs, Form counted) {
    add(Form.SFT, Split.TRAIN, sft);
    add(Form.PREFERENCE, Split.TRAIN, pairs);
    add(Form.BINARY, Split.TRAIN, thumbs);
    add(Form.SFT, Split.TEST, 7);
    add(Form.PREFERENCE, Split.TEST, 8);
    add(Form.BINARY, Split.TEST, 9);

    var readiness = SealReadiness.of(Specs.standard(), candidates, List.of(), Samples.NOON);

    assertThat(readiness.form()).isEqualTo(counted);
    assertThat(readiness.train()).isEqualTo(List.of(sft, pairs, thumbs).get(counted.ordinal()));
    assertThat(readiness.heldOut()).isEqualTo(7 + counted.ordinal());
  }

  private void add(Form form, Split split, int n) {
    for (int i = 0; i < n; i++) {
      String row = form.wireName() + split.wireName() + i;
      candidates.add(new Candidate(row, 0, form, split, Samples.NOON, List.of()));
    }
  }
}
