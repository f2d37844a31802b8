package dev.whetstone.curation.stage.dedup;

import com.dynatrace.hash4j.similarity.ElementHashProvider;
import com.dynatrace.hash4j.similarity.SimilarityHashPolicy;
import com.dynatrace.hash4j.similarity.SimilarityHashing;
import java.util.Arrays;

/**
 * A text's SuperMinHash signature over its shingles, with the two sizes that comparisons need.
 *
 * @param words how many words the text has
 * @param shingles how many distinct shingles it has
 * @param components {@value #COMPONENTS} components of {@value #BITS} bits, packed; empty for a
 *     text without words
 */
public record TextSignature(int words, int shingles, byte[] components) {
  static final int COMPONENTS = 128;
  private static final int BITS = 16;
  private static final SimilarityHashPolicy POLICY =
      SimilarityHashing.superMinHash(COMPONENTS, BITS);

  static TextSignature of(ShingleSet text) {
    byte[] components =
        text.hashes().length == 0
            ? new byte[0]
            : POLICY.createHasher().compute(ElementHashProvider.ofValues(text.hashes()));
    return new TextSignature(text.words(), text.hashes().length, components);
  }

  boolean empty() {
    return shingles == 0;
  }

  long component(int index) {
    return POLICY.getComponent(components, index);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TextSignature(int otherWords, int otherShingles, byte[] others)
        && words == otherWords
        && shingles == otherShingles
        && Arrays.equals(components, others);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * words + shingles) + Arrays.hashCode(components);
  }
}
