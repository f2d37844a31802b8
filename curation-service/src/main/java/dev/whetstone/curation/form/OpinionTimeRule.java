package dev.whetstone.curation.form;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The time that orders the opinions of one end user. Pure.
 *
 * <p>Ingest refuses times in the future. A producer that writes to the topic itself can send any
 * time, and a time in the future would win against all later feedback, so it does not count.
 */
public final class OpinionTimeRule {
  /** How far the sender's clock can be ahead. */
  public static final Duration AHEAD = Duration.ofMinutes(5);

  private OpinionTimeRule() {}

  /**
   * @param occurredAt by the sender's clock
   * @param receivedAt when ingest received it; used when the other is absent or in the future
   */
  public static Instant of(@Nullable Instant occurredAt, Instant receivedAt) {
    return occurredAt == null || occurredAt.isAfter(receivedAt.plus(AHEAD))
        ? receivedAt
        : occurredAt;
  }
}
