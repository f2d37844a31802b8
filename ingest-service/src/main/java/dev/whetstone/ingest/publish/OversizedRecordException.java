package dev.whetstone.ingest.publish;

/** A record is larger than the broker accepts; a retry cannot succeed. */
public final class OversizedRecordException extends NotAcknowledgedException {
  private static final long serialVersionUID = 1L;

  OversizedRecordException(String message) {
    super(message);
  }
}
