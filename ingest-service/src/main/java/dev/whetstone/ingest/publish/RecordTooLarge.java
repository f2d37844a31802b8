package dev.whetstone.ingest.publish;

/** A record is larger than the broker takes; sending it again would be in vain. */
public final class RecordTooLarge extends NotAcknowledged {
  private static final long serialVersionUID = 1L;

  RecordTooLarge(String message) {
    super(message);
  }
}
