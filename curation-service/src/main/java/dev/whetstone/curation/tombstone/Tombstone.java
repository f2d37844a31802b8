package dev.whetstone.curation.tombstone;

import java.time.Instant;

/**
 * Nothing of this subject that was received up to the watermark may be kept or come in again.
 *
 * @param digest keyed digest of the end user or the conversation
 */
public record Tombstone(Subject subject, String digest, Instant watermark) {
  /** Whom an erasure is about. */
  public enum Subject {
    END_USER,
    CONVERSATION;

    /** The name in the database. */
    public String wireName() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  /** Whether something received then is covered. */
  public boolean covers(Instant receivedAt) {
    return !receivedAt.isAfter(watermark);
  }
}
