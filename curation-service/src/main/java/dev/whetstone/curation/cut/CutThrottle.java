package dev.whetstone.curation.cut;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.batch.BatchTrigger;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Decides when an attempt to cut is not worth its cost, from what this instance last saw of a loop.
 * Only saves work; empty after a start.
 */
final class CutThrottle {
  /**
   * A fruitless attempt to cut is repeated after this time: a batch can become due for another
   * reason as time passes.
   */
  static final Duration RETRY_INTERVAL = Duration.ofMinutes(1);

  /** Growth of a quiet loop's pool at which it is reviewed before {@link #RETRY_INTERVAL}. */
  private static final double GROWTH = 1.1;

  private final Clock clock;
  private final Map<LoopId, FruitlessAttempt> fruitless = new ConcurrentHashMap<>();
  private final Map<LoopId, Review> reviews = new ConcurrentHashMap<>();

  CutThrottle(Clock clock) {
    this.clock = clock;
  }

  /**
   * What an attempt depends on.
   *
   * @param ready number of ready examples
   * @param newest when the newest of them was formed
   * @param changes differs whenever the rows changed
   */
  record Observation(
      int ready, @Nullable Instant newest, String specSha256, String changes, boolean manual) {}

  private record FruitlessAttempt(String situation, int ready, Instant until) {}

  private record Review(long left, Instant at) {}

  /**
   * Until when another attempt is not worth its cost; null when one is worthwhile now. A batch that
   * is due is tried again when more examples are there; a review when anything changed.
   *
   * @param due why a batch was due; null for a review
   */
  @Nullable Instant fruitlessUntil(LoopId loop, Observation now, @Nullable BatchTrigger due) {
    FruitlessAttempt last = fruitless.get(loop);
    boolean same =
        last != null
            && last.situation().equals(situation(now, due))
            && now.ready() <= GROWTH * last.ready();
    return same && clock.instant().isBefore(last.until()) ? last.until() : null;
  }

  void fruitless(LoopId loop, Observation now, @Nullable BatchTrigger due) {
    // Time alone does not make another review worthwhile: what time brings has a trigger.
    Instant until = due == null ? Instant.MAX : clock.instant().plus(RETRY_INTERVAL);
    fruitless.put(loop, new FruitlessAttempt(situation(now, due), now.ready(), until));
  }

  private static String situation(Observation now, @Nullable BatchTrigger due) {
    return now.specSha256() + " " + (due == null ? "quiet " + now.changes() : due.name());
  }

  /**
   * Until when the loop was reviewed so recently that another review is not worth its cost: each
   * one reads all sealed examples in use. Null when a review is worthwhile now.
   */
  @Nullable Instant reviewedUntil(LoopId loop, Observation now) {
    Review last = reviews.get(loop);
    if (last == null || now.ready() > GROWTH * last.left()) {
      return null;
    }
    Instant until = last.at().plus(RETRY_INTERVAL);
    return clock.instant().isBefore(until) ? until : null;
  }

  /**
   * Notes a review.
   *
   * @param left ready examples that the review left; later ones were not reviewed
   */
  void reviewed(LoopId loop, long left) {
    reviews.put(loop, new Review(left, clock.instant()));
  }
}
