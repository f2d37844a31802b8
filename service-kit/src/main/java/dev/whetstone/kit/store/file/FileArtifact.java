package dev.whetstone.kit.store.file;

import dev.whetstone.kit.json.ContentDigests;
import dev.whetstone.kit.store.Artifact;
import dev.whetstone.kit.store.ObjectStoreException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A file or directory of a local or mounted file system. */
final class FileArtifact implements Artifact {
  private static final int MOST_VISITS = 1_000_000;

  private final Path path;

  FileArtifact(Path path) {
    this.path = path;
  }

  @Override
  public URI uri() {
    return FileScheme.uri(path);
  }

  @Override
  public OptionalLong size() {
    try {
      return Files.isReadable(path) && Files.isRegularFile(path)
          ? OptionalLong.of(Files.size(path))
          : OptionalLong.empty();
    } catch (IOException e) {
      return OptionalLong.empty();
    }
  }

  @Override
  public InputStream open() {
    try {
      return Files.newInputStream(path);
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  @Override
  public Path localPath() {
    return path;
  }

  @Override
  public Artifact child(String relative) {
    return new FileArtifact(path.resolve(relative));
  }

  @Override
  public List<String> files(int most) {
    if (!Files.isDirectory(path)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(path)) {
      // So that a deep tree of empty folders ends, too.
      return files
          .limit(MOST_VISITS)
          .filter(Files::isRegularFile)
          .limit(most)
          .map(file -> path.relativize(file).toString().replace('\\', '/'))
          .sorted()
          .toList();
    } catch (IOException | UncheckedIOException e) {
      throw unreadable(e);
    }
  }

  @Override
  public String directorySha256() {
    try {
      return ContentDigests.directory(path);
    } catch (UncheckedIOException e) {
      throw unreadable(e);
    }
  }

  @Override
  public @Nullable String changeMarker() {
    try (Stream<Path> files = Files.walk(path)) {
      long count = 0;
      long bytes = 0;
      long changed = 0;
      for (Iterator<Path> each = files.filter(Files::isRegularFile).iterator(); each.hasNext(); ) {
        Path file = each.next();
        count++;
        bytes += Files.size(file);
        changed = Math.max(changed, Files.getLastModifiedTime(file).toMillis());
      }
      return count + " files, " + bytes + " bytes, " + changed;
    } catch (IOException | UncheckedIOException e) {
      return null;
    }
  }

  /** The path, as people know it. */
  @Override
  public String toString() {
    return path.toString();
  }

  private ObjectStoreException unreadable(Exception e) {
    Throwable reason = e instanceof UncheckedIOException ? e.getCause() : e;
    return new ObjectStoreException(
        "%s cannot be read (%s). Restore it, or give the service the right to read it"
            .formatted(uri(), reason.getClass().getSimpleName()),
        e);
  }
}
