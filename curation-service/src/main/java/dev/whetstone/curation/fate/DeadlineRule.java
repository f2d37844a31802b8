package dev.whetstone.curation.fate;

import java.time.Duration;
import java.time.Instant;

/** Until when events wait. Pure. */
public final class DeadlineRule {
  /** Its counterpart may be behind it in what this service has not read yet. */
  private static final Duration BACKLOG = Duration.ofHours(1);

  private DeadlineRule() {}

  /**
   * Until when an event waits for its counterpart: the window after ingest received it, but never
   * less than an hour from when it is read here. Whether the two are within the window is asked
   * when they meet, of the times at which they were received.
   */
  public static Instant ofWaiting(Instant receivedAt, Duration window, Instant now) {
    Instant windowEnds = receivedAt.plus(window);
    Instant backlogRead = now.plus(BACKLOG);
    return windowEnds.isAfter(backlogRead) ? windowEnds : backlogRead;
  }
}
