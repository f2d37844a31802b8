package dev.whetstone.curation.cut;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.batch.BatchTrigger;
import dev.whetstone.curation.example.CutExampleRepository.Pool;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Decides when a loop need not be examined again, from what this instance last saw of it. Only
 * saves work; empty after a start.
 */
final class CutThrottle {
  /** An unchanged loop is examined again after this time, because its deadlines may be due. */
  private static final Duration UNCHANGED_INTERVAL = Duration.ofSeconds(5);

  /**
   * A fruitless attempt to cut is repeated after this time: a batch can become due for another
   * reason as time passes.
   */
  private static final Duration RETRY_INTERVAL = Duration.ofMinutes(1);

  /** Growth of a quiet loop's pool at which it is reviewed before {@link #RETRY_INTERVAL}. */
  private static final double GROWTH = 1.1;

  private final Clock clock;
  private final Map<LoopId, Observation> observations = new ConcurrentHashMap<>();
  private final Map<LoopId, FruitlessAttempt> fruitless = new ConcurrentHashMap<>();
  private final Map<LoopId, Review> reviews = new ConcurrentHashMap<>();

  CutThrottle(Clock clock) {
    this.clock = clock;
  }

  /**
   * What every round reads about a loop.
   *
   * @param fingerprint differs whenever the rows changed
   */
  record Observation(Pool pool, String fingerprint, boolean manual, Instant at) {}

  private record FruitlessAttempt(String situation, Instant until) {}

  private record Review(long left, Instant at) {}

  /** Whether nothing has changed since the last observation and it is recent. */
  boolean unchanged(LoopId loop, Observation now) {
    Observation last = observations.get(loop);
    return last != null
        && !now.manual()
        && now.fingerprint().equals(last.fingerprint())
        && clock.instant().isBefore(last.at().plus(UNCHANGED_INTERVAL));
  }

  void observed(LoopId loop, Observation now) {
    observations.put(loop, now);
  }

  /** Makes the next round examine the loop, because rows changed meanwhile. */
  void forget(LoopId loop) {
    observations.remove(loop);
  }

  /**
   * Whether an attempt in exactly this situation achieved nothing.
   *
   * @param due why a batch was due; null for a review
   */
  boolean wasFruitless(LoopId loop, Observation now, @Nullable BatchTrigger due) {
    FruitlessAttempt last = fruitless.get(loop);
    return last != null
        && last.situation().equals(situation(now, due))
        && clock.instant().isBefore(last.until());
  }

  void fruitless(LoopId loop, Observation now, @Nullable BatchTrigger due) {
    // Time alone does not make another review worthwhile: what time brings has a trigger.
    Instant until = due == null ? Instant.MAX : clock.instant().plus(RETRY_INTERVAL);
    fruitless.put(loop, new FruitlessAttempt(situation(now, due), until));
  }

  private static String situation(Observation now, @Nullable BatchTrigger due) {
    return now.fingerprint() + " " + (due == null ? "quiet" : due.name());
  }

  /**
   * Whether the loop was reviewed so recently that another review is not worth its cost: each one
   * reads all sealed examples in use.
   */
  boolean reviewedRecently(LoopId loop, Pool pool) {
    Review last = reviews.get(loop);
    return last != null
        && pool.count() <= GROWTH * last.left()
        && clock.instant().isBefore(last.at().plus(RETRY_INTERVAL));
  }

  /**
   * Notes a review.
   *
   * @param left ready examples that the review read and kept; later ones were not reviewed
   */
  void reviewed(LoopId loop, long left) {
    reviews.put(loop, new Review(left, clock.instant()));
  }
}
