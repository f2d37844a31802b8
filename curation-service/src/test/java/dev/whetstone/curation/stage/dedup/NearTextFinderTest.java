package dev.whetstone.curation.stage.dedup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NearTextFinderTest {
  @ParameterizedTest
  @CsvSource({
    "a b c d e, a b c d e, 1.0",
    "a b c d e, A b! c d e, 1.0",
    "a b c d e, a b c d f, 0.5",
    "a b c d e, v w x y z, 0.0",
    "a b, a b, 1.0",
    "a b, b a, 0.0"
  })
  void shouldMeasureSharedRunsOfThreeWords(String one, String other, double jaccard) {
    assertThat(ShingleSet.of(one).jaccard(ShingleSet.of(other))).isCloseTo(jaccard, within(1e-9));
  }

  /** Recall against comparing all with all; what is found is always right, it is verified. */
  @Test
  void shouldFindNearlyAllThatIsNear() {
    var random = new Random(3);
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      List<String> words = new ArrayList<>();
      for (int j = 0; j < 80; j++) {
        words.add("w" + random.nextInt(2000));
      }
      texts.add(String.join(" ", words));
      for (int changes = 1; changes <= 3; changes++) {
        words.set(random.nextInt(words.size()), "changed" + i);
        texts.add(String.join(" ", words));
      }
    }
    List<IndexedText> all =
        texts.stream().map(text -> IndexedText.of(ShingleSet.of(text))).toList();
    var index = new NearTextFinder<Integer>(0.8);
    int near = 0;
    int found = 0;
    for (int i = 0; i < all.size(); i++) {
      found += index.near(all.get(i), _ -> true).size();
      for (int j = 0; j < i; j++) {
        near += all.get(i).shingles().jaccard(all.get(j).shingles()) >= 0.8 ? 1 : 0;
      }
      index.add(i, all.get(i));
    }
    assertThat(near).isGreaterThan(500);
    assertThat((double) found / near).isGreaterThan(0.95).isLessThanOrEqualTo(1);
  }
}
