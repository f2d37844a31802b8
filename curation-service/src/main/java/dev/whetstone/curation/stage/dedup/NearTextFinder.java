package dev.whetstone.curation.stage.dedup;

import com.dynatrace.hash4j.hashing.Hasher64;
import com.dynatrace.hash4j.hashing.Hashing;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Finds texts whose shingles overlap by at least a threshold without comparing all with all: bands
 * of SuperMinHash signatures propose pairs, and the shingles decide. A pair at the threshold is
 * proposed with probability ≥ 0.94, a pair of equal texts always.
 *
 * @param <T> what a text belongs to
 */
public final class NearTextFinder<T> {
  private static final Hasher64 HASHER = Hashing.wyhashFinal4();

  private final double threshold;
  private final int rows;
  private final Map<Long, List<Entry<T>>> buckets = new HashMap<>();

  private record Entry<T>(T value, IndexedText text) {}

  /** The value of a near text, and how near it is. */
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

  public void add(T value, IndexedText text) {
    if (!text.signature().empty()) {
      var entry = new Entry<>(value, text);
      for (long band : bands(text.signature())) {
        buckets.computeIfAbsent(band, _ -> new ArrayList<>(1)).add(entry);
      }
    }
  }

  /** All near texts with a wanted value, band by band, in the order in which they were added. */
  public List<Near<T>> near(IndexedText text, Predicate<T> wanted) {
    var found = new ArrayList<Near<T>>();
    if (text.signature().empty()) {
      return found;
    }
    Set<T> seen = new HashSet<>();
    for (long band : bands(text.signature())) {
      for (Entry<T> entry : buckets.getOrDefault(band, List.of())) {
        if (sizesFit(text.signature(), entry.text().signature())
            && wanted.test(entry.value())
            && seen.add(entry.value())) {
          double jaccard = text.shingles().jaccard(entry.text().shingles());
          if (jaccard >= threshold) {
            found.add(new Near<>(entry.value(), jaccard));
          }
        }
      }
    }
    return found;
  }

  /** Sets whose sizes differ by more than the threshold cannot overlap by it. */
  private boolean sizesFit(TextSignature one, TextSignature other) {
    int shorter = Math.min(one.shingles(), other.shingles());
    int longer = Math.max(one.shingles(), other.shingles());
    return shorter >= threshold * longer;
  }

  private long[] bands(TextSignature signature) {
    long[] bands = new long[TextSignature.COMPONENTS / rows];
    for (int band = 0; band < bands.length; band++) {
      long key = band;
      for (int row = 0; row < rows; row++) {
        key = HASHER.hashLongLongToLong(key, signature.component(band * rows + row));
      }
      bands[band] = key;
    }
    return bands;
  }
}
