package dev.whetstone.eval.gate;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What champion and candidate scored on one item, each 0 to 1.
 *
 * @param itemId unique within a suite
 * @param slice group that is also looked at apart
 * @param cluster items of one cluster are alike: an end user's digest, else a conversation
 * @param critical failing it alone rejects
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
