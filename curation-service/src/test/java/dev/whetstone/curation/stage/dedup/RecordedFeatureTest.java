package dev.whetstone.curation.stage.dedup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.contracts.batch.Split;
import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.curation.assembly.StandardChains;
import dev.whetstone.curation.chain.CutChain;
import dev.whetstone.curation.chain.CutContext;
import dev.whetstone.curation.chain.CutOutcome;
import dev.whetstone.curation.chain.Samples;
import dev.whetstone.curation.chain.Specs;
import dev.whetstone.curation.example.Example;
import dev.whetstone.curation.feature.ExampleFeatures;
import dev.whetstone.curation.feature.FeatureExtractor;
import dev.whetstone.curation.text.InteractionStatistics;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RecordedFeatureTest {
  @Test
  void shouldReadBackWhatItEncoded() {
    Example pair = Samples.pair("is it open", "Yes, it is.", "No.", Samples.by("ann"));

    ComparedText text = ComparedText.FEATURE.extract(pair);
    var embedding = new EmbeddingFeature(new WordShapeEmbedder());

    assertThat(ComparedText.FEATURE.decode(ComparedText.FEATURE.encode(text))).isEqualTo(text);
    assertThat(embedding.decode(embedding.encode(embedding.extract(pair))))
        .isEqualTo(embedding.extract(pair));
  }

  /** The cut is a function of the examples: recorded features only save work. */
  @Test
  void shouldCutTheSameWithAndWithoutRecordedFeatures() {
    CutChain chain = StandardChains.cut(Optional.of(new WordShapeEmbedder()));
    List<Example> examples = examples();
    ExampleFeatures computed = ExampleFeatures.none();
    CutOutcome first = chain.run(examples, context(computed));

    var recorded = new ExampleFeatures(computed.computed());
    CutOutcome second = chain.run(examples, context(recorded));

    assertThat(second).isEqualTo(first);
    assertThat(first.dropped()).isNotEmpty();
    assertThat(recorded.computed()).isEmpty();
    assertThat(computed.computed().keySet())
        .extracting(key -> key.kind())
        .hasSameElementsAs(chain.featureKinds());
    assertThat(chain.featureKinds())
        .containsExactlyInAnyOrder(
            ComparedText.FEATURE.kind(),
            ((FeatureExtractor<?>) new EmbeddingFeature(new WordShapeEmbedder())).kind());
  }

  private static CutContext context(ExampleFeatures features) {
    LoopSpec spec = Specs.semantic();
    return new CutContext(
        spec,
        List.of(Samples.sft("do you ship abroad to norway", "yes we ship there")),
        List.of(),
        List.of(),
        InteractionStatistics.none(),
        List.of(),
        List.of(),
        7,
        features);
  }

  private static List<Example> examples() {
    List<Example> examples = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      String words = "question " + i + " about kettle " + (i * 7) % 13 + " and its colour " + i % 5;
      examples.add(
          Samples.sft(words, "answer " + i % 11 + " of many", Samples.by("u" + i, Split.TRAIN)));
    }
    examples.add(Samples.sft("Question 1, about kettle 7 and its colour 1?", "answer 1 of many"));
    return examples;
  }
}
