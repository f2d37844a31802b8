package dev.whetstone.curation.fate;

import java.time.Duration;
import java.time.Instant;

/** Computes how long events wait. Pure. */
public final class DeadlineRule {
  private DeadlineRule() {}

  /**
   * The time until which an event waits for its counterpart: one window after ingest received it,
   * but at least a time after it is read here. Whether both are within the window is checked when
   * they are joined, from the times at which ingest received them.
   *
   * @param backlog least wait after the event is read: its counterpart may be in the backlog that
   *     this service has not read yet
   */
  public static Instant ofWaiting(
      Instant receivedAt, Duration window, Duration backlog, Instant now) {
    Instant windowEnds = receivedAt.plus(window);
    Instant backlogRead = now.plus(backlog);
    return windowEnds.isAfter(backlogRead) ? windowEnds : backlogRead;
  }
}
