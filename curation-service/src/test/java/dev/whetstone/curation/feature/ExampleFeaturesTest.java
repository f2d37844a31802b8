package dev.whetstone.curation.feature;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.curation.chain.Samples;
import dev.whetstone.curation.example.Example;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ExampleFeaturesTest {
  private final Example example = Samples.sft("when do you open", "we open at nine");
  private final CountingExtractor extractor = new CountingExtractor();
  private final FeatureKey key = new FeatureKey(example.contentId(), extractor.kind());

  @Test
  void shouldComputeAnAbsentFeatureOnceAndReportIt() {
    ExampleFeatures features = ExampleFeatures.none();

    assertThat(features.of(extractor, example)).isEqualTo("extracted 1");
    assertThat(features.of(extractor, example)).isEqualTo("extracted 1");

    assertThat(features.computed()).containsOnlyKeys(key);
  }

  @Test
  void shouldUseARecordedFeatureAndReportNothing() {
    var features = new ExampleFeatures(Map.of(key, "recorded".getBytes(StandardCharsets.UTF_8)));

    assertThat(features.of(extractor, example)).isEqualTo("recorded");

    assertThat(extractor.calls).isZero();
    assertThat(features.computed()).isEmpty();
  }

  @Test
  void shouldNotUseAFeatureOfAnotherVersion() {
    var old = new FeatureKey(example.contentId(), new FeatureKind("counted", "0"));
    var features = new ExampleFeatures(Map.of(old, new byte[0]));

    assertThat(features.of(extractor, example)).isEqualTo("extracted 1");
  }

  @Test
  void shouldShareFeaturesBetweenExamplesWithTheSameContent() {
    ExampleFeatures features = ExampleFeatures.none();

    assertThat(features.of(extractor, example.withId(example.id() + "~2")))
        .isEqualTo(features.of(extractor, example));
    assertThat(extractor.calls).isEqualTo(1);
  }

  private static final class CountingExtractor implements FeatureExtractor<String> {
    private int calls;

    @Override
    public FeatureKind kind() {
      return new FeatureKind("counted", "1");
    }

    @Override
    public String extract(Example from) {
      calls++;
      return "extracted " + calls;
    }

    @Override
    public byte[] encode(String value) {
      return value.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public String decode(byte[] recorded) {
      return new String(recorded, StandardCharsets.UTF_8);
    }
  }
}
