package dev.whetstone.curation.tombstone;

import java.time.Instant;

/**
 * Data of this subject received up to the watermark must not be kept or taken in again.
 *
 * @param digest keyed digest of the end user or the conversation
 */
public record Tombstone(Subject subject, String digest, Instant watermark) {
  /** The subject of an erasure. */
  public enum Subject {
    END_USER,
    CONVERSATION;

    /** The name in the database. */
    public String wireName() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  /** Whether the tombstone covers data received at this time. */
  public boolean covers(Instant receivedAt) {
    return !receivedAt.isAfter(watermark);
  }
}
