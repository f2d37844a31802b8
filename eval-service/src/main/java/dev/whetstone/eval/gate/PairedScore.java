package dev.whetstone.eval.gate;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The scores of champion and candidate on one item, each 0 to 1.
 *
 * @param itemId unique within a suite
 * @param slice group that also has its own gate result
 * @param cluster of correlated items: the end user's digest, else the conversation
 * @param critical whether the candidate must not fail this item
 */
public record PairedScore(
    String itemId,
    @Nullable String slice,
    @Nullable String cluster,
    boolean critical,
    double champion,
    double candidate) {
  public PairedScore {
    Objects.requireNonNull(itemId, "itemId");
  }

  /** Candidate minus champion. */
  public double difference() {
    return candidate - champion;
  }
}
