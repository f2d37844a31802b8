package dev.whetstone.ingest.event;

import dev.whetstone.contracts.envelope.SenderStamp;
import org.jspecify.annotations.Nullable;

/**
 * The authenticated sender of an event.
 *
 * @param tenant tenant whose loops it can send to
 * @param source the events' {@code source}: the API key's application, or the attribute that a
 *     trusted producer set
 * @param publishable whether the key can be used in a browser
 * @param stamp the key, for the event's attributes; absent for trusted producers over Kafka
 */
public record Sender(
    String tenant, String source, boolean publishable, @Nullable SenderStamp stamp) {
  /** A sender without an API key. */
  public Sender(String tenant, String source, boolean publishable) {
    this(tenant, source, publishable, null);
  }
}
