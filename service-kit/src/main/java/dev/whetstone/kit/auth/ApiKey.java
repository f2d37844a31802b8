package dev.whetstone.kit.auth;

import dev.whetstone.contracts.EventSource;
import java.time.Instant;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An API key as it is stored: its digest, never the key itself.
 *
 * @param id names it to operators
 * @param sha256 of the key's text, hex; keys are 256 random bits, so a plain digest cannot be
 *     guessed
 * @param application the {@code source} of the events it sends
 * @param publishable may be used in a browser: thumbs, ratings, comments and implicit signals only
 * @param expires from when on it is not valid any more; absent for never
 * @param loop the only loop that it may be used for; absent for all loops of the tenant
 */
public record ApiKey(
    String id,
    String sha256,
    String tenant,
    String application,
    Set<KeyScope> scopes,
    boolean publishable,
    @Nullable Instant expires,
    @Nullable String loop) {
  public ApiKey {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(sha256, "sha256");
    Objects.requireNonNull(tenant, "tenant");
    Objects.requireNonNull(application, "application");
    if (EventSource.isReserved(application)) {
      throw new IllegalArgumentException(
          "the application '%s' of key '%s' is reserved; %s"
              .formatted(application, id, EventSource.REMEDY));
    }
    scopes = scopes == null ? Set.of() : Set.copyOf(scopes);
  }

  boolean isValidAt(Instant instant) {
    return expires == null || instant.isBefore(expires);
  }
}
