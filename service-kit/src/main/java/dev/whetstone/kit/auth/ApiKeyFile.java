package dev.whetstone.kit.auth;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.whetstone.kit.json.ContentDigests;
import dev.whetstone.kit.json.Json;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The keys in {@code whetstone.keys.file}, read again when the file changes. A file that is no
 * valid JSON keeps the last keys valid until it is corrected; one that is missing or unreadable
 * only for {@code whetstone.keys.grace}, because a deleted file must not leave revoked keys valid.
 * An invalid entry is skipped, the others are used.
 */
@ApplicationScoped
public class ApiKeyFile {
  private static final Logger LOG = Logger.getLogger(ApiKeyFile.class);
  private final Optional<Path> file;
  private final Duration grace;
  private final Clock clock;
  private volatile Snapshot snapshot = new Snapshot(null, -1, Map.of());
  private volatile @Nullable Instant missingSince;

  public ApiKeyFile(
      @ConfigProperty(name = "whetstone.keys.file") Optional<Path> file,
      @ConfigProperty(name = "whetstone.keys.grace", defaultValue = "PT5M") Duration grace,
      Clock clock) {
    this.file = file;
    this.grace = grace;
    this.clock = clock;
  }

  private record Snapshot(@Nullable FileTime modified, long size, Map<String, ApiKey> bySha256) {}

  /** The entry of a key that is valid now, by its text. */
  public Optional<ApiKey> find(String key) {
    refresh();
    Instant now = clock.instant();
    return Optional.ofNullable(snapshot.bySha256().get(ContentDigests.sha256(key)))
        .filter(entry -> entry.isValidAt(now));
  }

  private void refresh() {
    if (file.isEmpty()) {
      return;
    }
    try {
      FileTime modified = Files.getLastModifiedTime(file.get());
      long size = Files.size(file.get());
      missingSince = null;
      if (modified.equals(snapshot.modified()) && size == snapshot.size()) {
        return;
      }
      JsonNode read = Json.read(Files.readAllBytes(file.get()), JsonNode.class);
      if (!read.isObject()) {
        LOG.warnf("keys-file-unreadable file=%s reason=not an object with 'keys'", file.get());
        return;
      }
      snapshot = new Snapshot(modified, size, validKeys(read.path("keys")));
    } catch (UncheckedIOException e) {
      LOG.warnf("keys-file-malformed file=%s reason=%s", file.get(), e.getMessage());
    } catch (IOException e) {
      missing(e);
    }
  }

  /** Replacing a mounted file can leave a gap of a moment. */
  private void missing(IOException e) {
    Instant now = clock.instant();
    Instant since = missingSince;
    if (since == null) {
      missingSince = now;
      LOG.warnf(
          "keys-file-unreadable file=%s reason=%s keys-end=%s",
          file.get(), e.getClass().getSimpleName(), now.plus(grace));
    } else if (!now.isBefore(since.plus(grace)) && !snapshot.bySha256().isEmpty()) {
      LOG.errorf("keys-ended file=%s reason=the file was unreadable for %s", file.get(), grace);
      snapshot = new Snapshot(null, -1, Map.of());
    }
  }

  private Map<String, ApiKey> validKeys(JsonNode entries) {
    Map<String, ApiKey> valid = new HashMap<>();
    for (int i = 0; i < entries.size(); i++) {
      try {
        ApiKey key = Json.mapper().treeToValue(entries.get(i), ApiKey.class);
        if (key == null) {
          warn(i, "it is null");
        } else if (valid.putIfAbsent(key.sha256(), key) != null) {
          warn(i, "an earlier entry has the same digest");
        }
      } catch (JsonProcessingException e) {
        warn(i, e.getOriginalMessage());
      } catch (IllegalArgumentException e) {
        warn(i, String.valueOf(e.getMessage()));
      }
    }
    return Map.copyOf(valid);
  }

  private void warn(int index, String reason) {
    LOG.warnf(
        "keys-file-entry-skipped file=%s entry=/keys/%d reason=%s", file.get(), index, reason);
  }
}
