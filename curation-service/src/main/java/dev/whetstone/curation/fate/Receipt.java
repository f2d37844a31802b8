package dev.whetstone.curation.fate;

import dev.whetstone.contracts.EventKey;
import dev.whetstone.contracts.envelope.SenderStamp;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An accepted event as curation records it.
 *
 * @param kind {@code interaction}, {@code retraction}, {@code erasure} or the feedback's kind
 * @param responseId the answer it is about
 * @param conversationKey the split subject of the conversation
 * @param endUserDigest keyed digest of the end user who sent it
 * @param receivedAt when ingest received it; windows are measured from here
 * @param occurredAt orders the feedback of one end user
 * @param joinDeadline until when it may be joined with its counterpart
 * @param target the earlier event that this one replaces or retracts
 * @param body its data as JSON, without the end user; absent when it is no longer needed
 * @param sender the API key that ingest authenticated; absent for events that no key sent
 */
public record Receipt(
    EventKey key,
    String kind,
    @Nullable String responseId,
    @Nullable String conversationKey,
    @Nullable String endUserDigest,
    Instant receivedAt,
    @Nullable Instant occurredAt,
    Instant joinDeadline,
    EventStanding standing,
    Phase phase,
    @Nullable EventKey target,
    @Nullable String body,
    @Nullable SenderStamp sender) {

  /** Kind of an interaction's receipt. */
  public static final String INTERACTION = "interaction";

  /** Kind of a retraction's receipt. */
  public static final String RETRACTION = "retraction";

  /** Kind of an erasure's receipt. */
  public static final String ERASURE = "erasure";

  /** Whether it is feedback: neither an interaction nor a retraction nor an erasure. */
  public boolean isFeedback() {
    return !kind.equals(INTERACTION) && !kind.equals(RETRACTION) && !kind.equals(ERASURE);
  }

  /** Whether the fate still follows the event's examples. */
  public enum Phase {
    /** Its loop is not declared yet. */
    PARKED,
    OPEN,
    /** The fate is final. */
    CLOSED
  }
}
