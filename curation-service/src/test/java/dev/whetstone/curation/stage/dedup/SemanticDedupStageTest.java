package dev.whetstone.curation.stage.dedup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.curation.chain.CutJudgement;
import dev.whetstone.curation.chain.Samples;
import dev.whetstone.curation.chain.Specs;
import dev.whetstone.curation.example.Example;
import dev.whetstone.curation.text.Tokenization;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SemanticDedupStageTest {
  /** Counts of words by length and first letter: enough of a meaning for a test. */
  private static final TextEmbedder TOY =
      text -> {
        float[] vector = new float[64];
        Tokenization.of(text).forEach(word -> vector[(word.charAt(0) * 7 + word.length()) % 64]++);
        return vector;
      };

  private final Example first = Samples.sft("when do you open on monday", "we open at nine");
  private final Example same = Samples.sft("when do you open, on monday?", "at nine open we");
  private final Example other = Samples.sft("where is my red kettle", "it ships in three days");

  @Test
  void shouldDropWhatMeansTheSame() {
    var stage = new SemanticDedupStage(Optional.of(TOY));

    List<CutJudgement> judgements =
        stage.decide(List.of(first, same, other), Samples.cut(Specs.semantic()));

    assertThat(judgements).hasSize(1);
    assertThat(judgements.getFirst().exampleId()).isIn(first.id(), same.id());
  }

  @Test
  void shouldLetWhatIsSealedStay() {
    var stage = new SemanticDedupStage(Optional.of(TOY));

    assertThat(stage.decide(List.of(first), Samples.cut(Specs.semantic(), List.of(same))))
        .extracting(CutJudgement::exampleId)
        .containsExactly(first.id());
  }

  @Test
  void shouldBeInertUnlessAskedForAndGiven() {
    List<Example> examples = List.of(first, same, other);

    assertThat(
            new SemanticDedupStage(Optional.of(TOY))
                .decide(examples, Samples.cut(Specs.standard())))
        .isEmpty();
    assertThat(
            new SemanticDedupStage(Optional.empty())
                .decide(examples, Samples.cut(Specs.semantic())))
        .isEmpty();
  }
}
