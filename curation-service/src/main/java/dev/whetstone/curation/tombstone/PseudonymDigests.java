package dev.whetstone.curation.tombstone;

import dev.whetstone.kit.json.ContentDigests;
import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.Startup;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;

/**
 * Computes the digests that stand for end users in curation's database: keyed, so that a copy of
 * the database identifies no one and cannot be tested against a list of users without the key.
 */
@Startup
@ApplicationScoped
public class PseudonymDigests {
  private static final String DEVELOPMENT_KEY = "for-development-only-not-a-secret";
  private static final int SHORTEST_KEY = 16;
  private final byte[] key;

  @Inject
  public PseudonymDigests(@ConfigProperty(name = "whetstone.curation.hmac-key") String key) {
    this(key, LaunchMode.current() == LaunchMode.NORMAL);
  }

  PseudonymDigests(String key, boolean production) {
    if (production && key.equals(DEVELOPMENT_KEY)) {
      throw new IllegalStateException(
          "whetstone.curation.hmac-key is the development default; set WHETSTONE_CURATION_HMAC_KEY"
              + " to a random text that is kept secret and never changes");
    }
    if (key.length() < SHORTEST_KEY) {
      throw new IllegalStateException(
          "whetstone.curation.hmac-key has %d characters; it needs at least %d"
              .formatted(key.length(), SHORTEST_KEY));
    }
    this.key = key.getBytes(StandardCharsets.UTF_8);
  }

  /** The digest of an end user's reference, different in each tenant; null without a reference. */
  public @Nullable String endUser(String tenant, @Nullable String reference) {
    return reference == null || reference.isEmpty() ? null : digest("end-user", tenant, reference);
  }

  /** The digest of a conversation id, different in each tenant. */
  public String conversation(String tenant, String conversationId) {
    return digest("conversation", tenant, conversationId);
  }

  /** A key for another purpose, such as the split. */
  public byte[] derivedKey(String purpose) {
    return ContentDigests.hmac(key, "derived\n" + purpose).getBytes(StandardCharsets.US_ASCII);
  }

  private String digest(String what, String tenant, String text) {
    return ContentDigests.hmac(key, what + "\n" + tenant + "\n" + text);
  }
}
