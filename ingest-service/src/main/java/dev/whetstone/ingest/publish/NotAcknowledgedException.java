package dev.whetstone.ingest.publish;

/**
 * The broker did not acknowledge every record in time. Some of them can be in Kafka; sending them
 * again is harmless, because they are the same events.
 */
public class NotAcknowledgedException extends Exception {
  private static final long serialVersionUID = 1L;

  NotAcknowledgedException(String message) {
    super(message);
  }
}
