package dev.whetstone.contracts.envelope;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The API key with which ingest authenticated an event's sender. Absent on events that did not come
 * over HTTP.
 *
 * @param keyId the key's id
 * @param publishable whether the key can be read in a browser, so that the event's end user is only
 *     claimed
 * @param connection keyed digest of the client's network address; only for publishable keys
 */
public record SenderStamp(String keyId, boolean publishable, @Nullable String connection) {
  public SenderStamp {
    Objects.requireNonNull(keyId, "keyId");
  }
}
