package dev.whetstone.curation.stage.dedup;

import com.dynatrace.hash4j.hashing.Hasher64;
import com.dynatrace.hash4j.hashing.Hashing;
import dev.whetstone.curation.text.Tokenization;
import java.util.Arrays;
import java.util.List;

/**
 * The hashed three-word runs (shingles) of a text. Two texts that fill the same template with
 * different names and numbers share little more than half of their shingles; a copy with a few
 * words changed shares more than four fifths.
 *
 * @param hashes sorted and distinct
 * @param words how many words the text has
 */
public record ShingleSet(long[] hashes, int words) {
  private static final int LENGTH = 3;
  private static final Hasher64 HASHER = Hashing.wyhashFinal4();

  public static ShingleSet of(String text) {
    return of(Tokenization.of(text));
  }

  /** The shingles of a text whose words are known. */
  public static ShingleSet of(List<String> words) {
    int length = Math.min(LENGTH, Math.max(1, words.size()));
    long[] hashes =
        Tokenization.ngrams(words, length).stream()
            .mapToLong(HASHER::hashCharsToLong)
            .sorted()
            .distinct()
            .toArray();
    return new ShingleSet(hashes, words.size());
  }

  /** Size of the intersection over size of the union, 0 to 1; two empty texts are equal. */
  public double jaccard(ShingleSet other) {
    int common = 0;
    int i = 0;
    int j = 0;
    while (i < hashes.length && j < other.hashes.length) {
      if (hashes[i] == other.hashes[j]) {
        common++;
        i++;
        j++;
      } else if (hashes[i] < other.hashes[j]) {
        i++;
      } else {
        j++;
      }
    }
    int union = hashes.length + other.hashes.length - common;
    return union == 0 ? 1 : (double) common / union;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ShingleSet(long[] otherHashes, int otherWords)
        && words == otherWords
        && Arrays.equals(hashes, otherHashes);
  }

  @Override
  public int hashCode() {
    return 31 * words + Arrays.hashCode(hashes);
  }
}
