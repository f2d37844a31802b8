package dev.whetstone.kit.metrics;

/** Names that several services use. Label values come from bounded sets, never from payloads. */
public final class MetricNames {
  /** Events that came again with the same body. */
  public static final String INBOX_DUPLICATES = "whetstone.inbox.duplicates";

  /** Records given up, by {@code code}. */
  public static final String DEAD_LETTERS = "whetstone.dead.letters";

  /** Messages that the broker acknowledged. */
  public static final String OUTBOX_SENT = "whetstone.outbox.sent";

  /**
   * Seconds since the oldest message was queued that is not acknowledged yet; 0 when none waits.
   */
  public static final String OUTBOX_OLDEST_AGE = "whetstone.outbox.oldest.age";

  private MetricNames() {}
}
