package dev.whetstone.curation.fate;

import java.time.Duration;
import java.time.Instant;

/** Computes how long events wait. Pure. */
public final class DeadlineRule {
  /** The counterpart may be in the backlog that this service has not read yet. */
  private static final Duration BACKLOG = Duration.ofHours(1);

  private DeadlineRule() {}

  /**
   * The time until which an event waits for its counterpart: one window after ingest received it,
   * but at least one hour after it is read here. Whether both are within the window is checked when
   * they are joined, from the times at which ingest received them.
   */
  public static Instant ofWaiting(Instant receivedAt, Duration window, Instant now) {
    Instant windowEnds = receivedAt.plus(window);
    Instant backlogRead = now.plus(BACKLOG);
    return windowEnds.isAfter(backlogRead) ? windowEnds : backlogRead;
  }
}
