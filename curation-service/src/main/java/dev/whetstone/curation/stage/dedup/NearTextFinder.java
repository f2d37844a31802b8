package dev.whetstone.curation.stage.dedup;

import com.dynatrace.hash4j.hashing.Hasher64;
import com.dynatrace.hash4j.hashing.Hashing;
import com.dynatrace.hash4j.similarity.ElementHashProvider;
import com.dynatrace.hash4j.similarity.SimilarityHashPolicy;
import com.dynatrace.hash4j.similarity.SimilarityHasher;
import com.dynatrace.hash4j.similarity.SimilarityHashing;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Finds texts whose shingles overlap by at least a threshold without comparing all with all:
 * SuperMinHash signatures in bands propose, the shingles themselves decide. At the threshold a pair
 * is proposed with probability ≥ 0.94, and surely when the texts are equal.
 *
 * @param <T> what a text stands for
 */
public final class NearTextFinder<T> {
  private static final int COMPONENTS = 128;
  private static final int BITS = 16;
  private static final SimilarityHashPolicy POLICY =
      SimilarityHashing.superMinHash(COMPONENTS, BITS);
  private static final Hasher64 HASHER = Hashing.wyhashFinal4();

  private final double threshold;
  private final int rows;
  private final SimilarityHasher hasher = POLICY.createHasher();
  private final Map<Long, List<Entry<T>>> buckets = new HashMap<>();

  private record Entry<T>(T value, ShingleSet shingles) {}

  /** A text that is near enough. */
  public record Near<T>(T value, double jaccard) {}

  /**
   * An empty index.
   *
   * @param threshold least Jaccard similarity, above 0 and at most 1
   */
  public NearTextFinder(double threshold) {
    this.threshold = threshold;
    this.rows = threshold >= 0.78 ? 8 : threshold >= 0.6 ? 5 : 4;
  }

  public void add(T value, ShingleSet shingles) {
    if (shingles.hashes().length > 0) {
      var entry = new Entry<>(value, shingles);
      for (long band : bands(shingles)) {
        buckets.computeIfAbsent(band, _ -> new ArrayList<>(1)).add(entry);
      }
    }
  }

  /** All that are near and wanted, in the order in which they were added within a band. */
  public List<Near<T>> near(ShingleSet shingles, Predicate<T> wanted) {
    var found = new ArrayList<Near<T>>();
    if (shingles.hashes().length == 0) {
      return found;
    }
    Set<T> seen = new HashSet<>();
    for (long band : bands(shingles)) {
      for (Entry<T> entry : buckets.getOrDefault(band, List.of())) {
        if (lengthsFit(shingles, entry.shingles())
            && wanted.test(entry.value())
            && seen.add(entry.value())) {
          double jaccard = shingles.jaccard(entry.shingles());
          if (jaccard >= threshold) {
            found.add(new Near<>(entry.value(), jaccard));
          }
        }
      }
    }
    return found;
  }

  /** Sets whose sizes differ by more than the threshold cannot overlap by it. */
  private boolean lengthsFit(ShingleSet one, ShingleSet other) {
    int shorter = Math.min(one.hashes().length, other.hashes().length);
    int longer = Math.max(one.hashes().length, other.hashes().length);
    return shorter >= threshold * longer;
  }

  private long[] bands(ShingleSet shingles) {
    byte[] signature = hasher.compute(ElementHashProvider.ofValues(shingles.hashes()));
    long[] bands = new long[COMPONENTS / rows];
    for (int band = 0; band < bands.length; band++) {
      long key = band;
      for (int row = 0; row < rows; row++) {
        key = HASHER.hashLongLongToLong(key, POLICY.getComponent(signature, band * rows + row));
      }
      bands[band] = key;
    }
    return bands;
  }
}
