package dev.whetstone.kit.auth;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.whetstone.kit.json.ContentDigests;
import dev.whetstone.kit.json.Json;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The keys in {@code whetstone.keys.file}, read again when the file changes. While the file cannot
 * be read, the last keys stay valid; an invalid entry is skipped, the others are used.
 */
@ApplicationScoped
public class ApiKeyFile {
  private static final Logger LOG = Logger.getLogger(ApiKeyFile.class);
  private final Optional<Path> file;
  private volatile Snapshot snapshot = new Snapshot(null, -1, Map.of());

  public ApiKeyFile(@ConfigProperty(name = "whetstone.keys.file") Optional<Path> file) {
    this.file = file;
  }

  private record Snapshot(@Nullable FileTime modified, long size, Map<String, ApiKey> bySha256) {}

  /** The entry of a key, by its text. */
  public Optional<ApiKey> find(String key) {
    refresh();
    return Optional.ofNullable(snapshot.bySha256().get(ContentDigests.sha256(key)));
  }

  private void refresh() {
    if (file.isEmpty()) {
      return;
    }
    try {
      FileTime modified = Files.getLastModifiedTime(file.get());
      long size = Files.size(file.get());
      if (modified.equals(snapshot.modified()) && size == snapshot.size()) {
        return;
      }
      JsonNode read = Json.read(Files.readAllBytes(file.get()), JsonNode.class);
      if (!read.isObject()) {
        LOG.warnf("keys-file-unreadable file=%s reason=not an object with 'keys'", file.get());
        return;
      }
      snapshot = new Snapshot(modified, size, validKeys(read.path("keys")));
    } catch (NoSuchFileException e) {
      LOG.warnf("keys-file-missing file=%s", file.get());
    } catch (IOException | UncheckedIOException e) {
      LOG.warnf("keys-file-unreadable file=%s reason=%s", file.get(), e.getMessage());
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
