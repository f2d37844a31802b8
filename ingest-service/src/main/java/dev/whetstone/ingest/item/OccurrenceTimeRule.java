package dev.whetstone.ingest.item;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The bounds of {@code occurredAt}. A time in the future would win against all later feedback of
 * the same end user, so it is refused. A time far in the past is unusual but possible (an import),
 * so it is accepted with a warning. Pure.
 *
 * @param ahead how far a sender's clock can be ahead of the clock of ingest
 * @param unusualAge age from which a time gets a warning
 */
public record OccurrenceTimeRule(Duration ahead, Duration unusualAge) {
  /** Stable code of the warning. */
  public static final String FAR_IN_THE_PAST = "far-in-the-past";

  private static final String POINTER = "/occurredAt";

  /** The defaults of the service. */
  public static OccurrenceTimeRule standard() {
    return new OccurrenceTimeRule(Duration.ofMinutes(5), Duration.ofDays(730));
  }

  /**
   * Warnings about a time that is accepted.
   *
   * @param receivedAt the time by the clock of ingest
   * @throws Fault when the time lies further in the future than clocks differ
   */
  public List<ItemWarning> check(@Nullable Instant occurredAt, Instant receivedAt) {
    if (occurredAt == null) {
      return List.of();
    }
    if (occurredAt.isAfter(receivedAt.plus(ahead))) {
      throw new Fault(
          FaultCode.INVALID_VALUE,
          POINTER,
          "'occurredAt' is '%s', which lies in the future: it is now %s"
              .formatted(occurredAt, receivedAt),
          "send the time at which it happened, at most %s ahead; check the sender's clock"
              .formatted(ahead));
    }
    if (occurredAt.isBefore(receivedAt.minus(unusualAge))) {
      return List.of(
          new ItemWarning(
              FAR_IN_THE_PAST,
              POINTER,
              "'occurredAt' is '%s', more than %d days ago"
                  .formatted(occurredAt, unusualAge.toDays()),
              "check the unit and the time zone of the sender's time"));
    }
    return List.of();
  }
}
