package dev.whetstone.kit.metrics;

/** Metrics that several services have. Label values are from bounded sets, never from payloads. */
public final class MetricNames {
  /** Events received again with the same body. */
  public static final String INBOX_DUPLICATES = "whetstone.inbox.duplicates";

  /** Polled events that wait for their turn, because their tenant sends more than its share. */
  public static final String EVENTS_SPOOLED = "whetstone.events.spooled";

  /** Records written as dead letters, by {@code code}. */
  public static final String DEAD_LETTERS = "whetstone.dead.letters";

  /** Messages that the broker acknowledged. */
  public static final String OUTBOX_SENT = "whetstone.outbox.sent";

  /** Seconds since the oldest unacknowledged message was queued; 0 when none waits. */
  public static final String OUTBOX_OLDEST_AGE = "whetstone.outbox.oldest.age";

  private MetricNames() {}
}
