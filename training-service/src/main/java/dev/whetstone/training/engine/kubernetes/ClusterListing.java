package dev.whetstone.training.engine.kubernetes;

import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The newest listing of the cluster, shared by all callers. Those that need a listing that began
 * after their question share one too: while one is read, the others wait for the next.
 */
final class ClusterListing {
  private final Supplier<ClusterSnapshot> reader;
  private final long oldestNanos;
  private final ReentrantLock reading = new ReentrantLock();
  private volatile @Nullable ClusterSnapshot newest;
  private volatile long changedAt = System.nanoTime();

  /**
   * @param oldest how old a listing may be that {@link #recent()} answers
   */
  ClusterListing(Supplier<ClusterSnapshot> reader, Duration oldest) {
    this.reader = reader;
    this.oldestNanos = oldest.toNanos();
  }

  /** Something in the cluster changed: older listings are not used any more. */
  void changed() {
    changedAt = System.nanoTime();
  }

  /** A listing that knows every change that was announced, and is not too old. */
  ClusterSnapshot recent() {
    long old = System.nanoTime() - oldestNanos;
    long change = changedAt;
    return beganAfter(change - old > 0 ? change : old);
  }

  /** A listing that began after this call. */
  ClusterSnapshot fresh() {
    return beganAfter(System.nanoTime());
  }

  private ClusterSnapshot beganAfter(long time) {
    ClusterSnapshot seen = newest;
    if (seen != null && seen.startedAt() - time >= 0) {
      return seen;
    }
    reading.lock();
    try {
      seen = newest;
      if (seen == null || seen.startedAt() - time < 0) {
        seen = reader.get();
        newest = seen;
      }
      return seen;
    } finally {
      reading.unlock();
    }
  }
}
