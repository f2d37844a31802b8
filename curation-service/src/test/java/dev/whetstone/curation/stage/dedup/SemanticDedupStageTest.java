package dev.whetstone.curation.stage.dedup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.curation.chain.CutJudgement;
import dev.whetstone.curation.chain.Samples;
import dev.whetstone.curation.chain.Specs;
import dev.whetstone.curation.example.Example;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SemanticDedupStageTest {
  private static final TextEmbedder TOY = new WordShapeEmbedder();

  private final Example first = Samples.sft("when do you open on monday", "we open at nine");
  private final Example same = Samples.sft("when do you open, on monday?", "at nine open we");
  private final Example other = Samples.sft("where is my red kettle", "it ships in three days");

  @Test
  void shouldDropExamplesThatMeanTheSame() {
    var stage = new SemanticDedupStage(Optional.of(TOY));

    List<CutJudgement> judgements =
        stage.decide(List.of(first, same, other), Samples.cut(Specs.semantic()));

    assertThat(judgements).hasSize(1);
    assertThat(judgements.getFirst().exampleId()).isIn(first.id(), same.id());
  }

  @Test
  void shouldKeepTheSealedExample() {
    var stage = new SemanticDedupStage(Optional.of(TOY));

    assertThat(stage.decide(List.of(first), Samples.cut(Specs.semantic(), List.of(same))))
        .extracting(CutJudgement::exampleId)
        .containsExactly(first.id());
  }

  @Test
  void shouldDoNothingUnlessSwitchedOnWithAnEmbedder() {
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
