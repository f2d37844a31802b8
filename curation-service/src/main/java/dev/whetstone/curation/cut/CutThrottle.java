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

/** What this instance saw when it last looked at its loops: only saves work, and starts empty. */
final class CutThrottle {
  /** A loop in which nothing changed is looked at again after this, for its deadlines' sake. */
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(5);

  /**
   * A cut that was due and not enough once the chain had run is tried again after this: it may have
   * become due for another reason that only time brings.
   */
  private static final Duration TRY_AGAIN = Duration.ofMinutes(1);

  /** By so much a quiet loop's pool must grow to be looked over again before {@link #TRY_AGAIN}. */
  private static final double GROWTH = 1.1;

  private final Clock clock;
  private final Map<LoopId, Glance> glances = new ConcurrentHashMap<>();
  private final Map<LoopId, Vain> considered = new ConcurrentHashMap<>();
  private final Map<LoopId, LookOver> lookOvers = new ConcurrentHashMap<>();

  CutThrottle(Clock clock) {
    this.clock = clock;
  }

  /** What is read of a loop on every round; {@code fingerprint} differs when anything changed. */
  record Glance(Pool pool, String fingerprint, boolean manual, Instant at) {}

  private record Vain(String situation, Instant until) {}

  private record LookOver(long left, Instant at) {}

  /** Whether there is nothing to do but to watch the time go by, which is done less often. */
  boolean same(LoopId loop, Glance glance) {
    Glance last = glances.get(loop);
    return last != null
        && !glance.manual()
        && glance.fingerprint().equals(last.fingerprint())
        && clock.instant().isBefore(last.at().plus(LOOK_AGAIN));
  }

  void saw(LoopId loop, Glance glance) {
    glances.put(loop, glance);
  }

  /** Something came in between: the next round looks again, whatever it finds. */
  void forget(LoopId loop) {
    glances.remove(loop);
  }

  /**
   * Whether exactly this was considered in vain.
   *
   * @param due why a batch was due; absent when the loop was only looked over
   */
  boolean inVain(LoopId loop, Glance glance, @Nullable BatchTrigger due) {
    Vain last = considered.get(loop);
    return last != null
        && last.situation().equals(situation(glance, due))
        && clock.instant().isBefore(last.until());
  }

  void wasInVain(LoopId loop, Glance glance, @Nullable BatchTrigger due) {
    // No time makes a look over worth another: what time brings has the name of a trigger.
    Instant until = due == null ? Instant.MAX : clock.instant().plus(TRY_AGAIN);
    considered.put(loop, new Vain(situation(glance, due), until));
  }

  private static String situation(Glance glance, @Nullable BatchTrigger due) {
    return glance.fingerprint() + " " + (due == null ? "quiet" : due.name());
  }

  /**
   * Whether the loop was looked over so lately that another look is not worth its price: each reads
   * all that was ever sealed.
   */
  boolean lookedOver(LoopId loop, Pool pool) {
    LookOver last = lookOvers.get(loop);
    return last != null
        && pool.count() <= GROWTH * last.left()
        && clock.instant().isBefore(last.at().plus(TRY_AGAIN));
  }

  /**
   * @param left ready examples that the look had read and left; what came since is not looked at
   */
  void lookedOver(LoopId loop, long left) {
    lookOvers.put(loop, new LookOver(left, clock.instant()));
  }
}
