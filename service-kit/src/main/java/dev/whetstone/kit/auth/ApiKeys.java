package dev.whetstone.kit.auth;

import dev.whetstone.kit.json.Digests;
import dev.whetstone.kit.json.Json;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * The keys in {@code whetstone.keys.file}, read again when the file changes. A file that cannot be
 * read keeps the keys that were good.
 */
@ApplicationScoped
public class ApiKeys {
  private static final Logger LOG = Logger.getLogger(ApiKeys.class);
  private final Optional<Path> file;
  private volatile Snapshot snapshot = new Snapshot(null, -1, Map.of());

  public ApiKeys(@ConfigProperty(name = "whetstone.keys.file") Optional<Path> file) {
    this.file = file;
  }

  private record Snapshot(FileTime modified, long size, Map<String, ApiKey> bySha256) {}

  private record KeyFile(List<ApiKey> keys) {}

  /** The entry of a key's text. */
  public Optional<ApiKey> find(String key) {
    refresh();
    return Optional.ofNullable(snapshot.bySha256().get(Digests.sha256(key)));
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
      KeyFile read = Json.read(Files.readAllBytes(file.get()), KeyFile.class);
      snapshot =
          new Snapshot(
              modified,
              size,
              read.keys().stream()
                  .collect(Collectors.toUnmodifiableMap(ApiKey::sha256, Function.identity())));
    } catch (NoSuchFileException e) {
      LOG.warnf("keys-file-missing file=%s", file.get());
    } catch (IOException | UncheckedIOException | IllegalStateException e) {
      LOG.warnf("keys-file-unreadable file=%s reason=%s", file.get(), e.getMessage());
    }
  }
}
