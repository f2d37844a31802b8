package dev.whetstone.kit.store;

import dev.whetstone.kit.json.ContentDigests;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Objects as files under a directory. A file is written aside, forced to disk and then linked into
 * its place, which fails when something is there already: no reader sees half a file and no writer
 * replaces one.
 */
public final class FileObjectStore implements ObjectStore {
  /** Nobody writes a single object for longer; what is older was left by a killed writer. */
  private static final Duration LEFT_BEHIND = Duration.ofHours(1);

  private static final Set<String> NO_LINKS =
      Set.of("Operation not permitted", "Operation not supported", "Function not implemented");

  private final Path root;
  private final Path aside;
  private final Linker linker;

  /** Gives a file a second name, and fails when that is taken. */
  @FunctionalInterface
  interface Linker {
    void link(Path name, Path existing) throws IOException;
  }

  /** Uses a directory, made when it is not there. */
  public FileObjectStore(Path root) {
    this(root, Files::createLink);
  }

  FileObjectStore(Path root, Linker linker) {
    this.linker = linker;
    this.root = root.toAbsolutePath().normalize();
    this.aside = this.root.resolve(".writing");
    try {
      DurableDirectories.make(aside);
    } catch (IOException e) {
      throw new ObjectStoreException(
          "object store " + this.root + " cannot be made; check the folder's owner and space", e);
    }
    DurableDirectories.sweep(aside, "put-*.tmp", LEFT_BEHIND);
  }

  @Override
  public StoredObject put(String key, byte[] bytes) {
    Path target = path(key);
    String sha256 = ContentDigests.sha256(bytes);
    write(key, target, bytes);
    if (!Arrays.equals(read(key), bytes)) {
      throw new ObjectStoreException(
          "object "
              + key
              + " is there already with other bytes; objects never change, write a new key");
    }
    return new StoredObject(key, uri(key), bytes.length, sha256);
  }

  private void write(String key, Path target, byte[] bytes) {
    Path temporary = null;
    try {
      if (!Files.exists(target)) {
        Files.createDirectories(target.getParent());
        temporary = writeAside(bytes);
        linkUnlessThere(target, temporary);
      }
      // Also when another writer was first: it may be killed before it does.
      DurableDirectories.forceUpTo(root, target.getParent());
    } catch (IOException e) {
      throw new ObjectStoreException(
          "object "
              + key
              + " could not be written to "
              + root
              + " ("
              + e.getMessage()
              + "); nothing was left half-written. Free disk space or fix the folder, the work is tried again",
          e);
    } finally {
      deleteQuietly(temporary);
    }
  }

  private Path writeAside(byte[] bytes) throws IOException {
    Path temporary = Files.createTempFile(aside, "put-", ".tmp");
    try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
      channel.force(true);
      return temporary;
    } catch (IOException e) {
      deleteQuietly(temporary);
      throw e;
    }
  }

  /**
   * Another writer of the same key may have been first; {@link #put} compares the bytes afterwards.
   */
  private void linkUnlessThere(Path target, Path temporary) throws IOException {
    try {
      linker.link(target, temporary);
    } catch (FileAlreadyExistsException e) {
      if (!Files.isRegularFile(target)) {
        throw e;
      }
    } catch (UnsupportedOperationException e) {
      throw withoutLinks(e);
    } catch (FileSystemException e) {
      if (NO_LINKS.contains(String.valueOf(e.getReason()))) {
        throw withoutLinks(e);
      }
      throw e;
    }
  }

  private ObjectStoreException withoutLinks(Exception cause) {
    return new ObjectStoreException(
        "object store "
            + root
            + " is on a file system without hard links; set whetstone.store.uri to a folder on one"
            + " that has them, such as ext4, xfs, apfs or ntfs",
        cause);
  }

  @Override
  public byte[] read(String key) {
    try {
      return Files.readAllBytes(path(key));
    } catch (NoSuchFileException e) {
      throw missing(key, e);
    } catch (IOException e) {
      throw new ObjectStoreException("object " + key + " cannot be read: " + e.getMessage(), e);
    }
  }

  @Override
  public InputStream open(String key) {
    try {
      return Files.newInputStream(path(key));
    } catch (NoSuchFileException e) {
      throw missing(key, e);
    } catch (IOException e) {
      throw new ObjectStoreException("object " + key + " cannot be read: " + e.getMessage(), e);
    }
  }

  @Override
  public boolean exists(String key) {
    return Files.isRegularFile(path(key));
  }

  @Override
  public List<String> list(String prefix) {
    int slash = prefix.lastIndexOf('/');
    Path start = slash < 0 ? root : path(prefix.substring(0, slash));
    if (!Files.isDirectory(start)) {
      return List.of();
    }
    try (Stream<Path> walk = Files.walk(start)) {
      return walk.filter(Files::isRegularFile)
          .filter(file -> !file.startsWith(aside))
          .map(file -> root.relativize(file).toString().replace('\\', '/'))
          .filter(key -> key.startsWith(prefix))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new ObjectStoreException("objects under " + prefix + " cannot be listed", e);
    }
  }

  @Override
  public void delete(String key) {
    try {
      Files.deleteIfExists(path(key));
    } catch (IOException e) {
      throw new ObjectStoreException("object " + key + " cannot be deleted", e);
    }
  }

  @Override
  public URI uri(String key) {
    return URI.create("file://" + path(key).toUri().getRawPath());
  }

  @Override
  public String key(URI uri) {
    if (!"file".equals(uri.getScheme())) {
      throw new ObjectStoreException(uri + " is not in this store, which is " + uri(""));
    }
    Path path = Path.of(URI.create("file://" + uri.getRawPath())).normalize();
    if (!path.startsWith(root)) {
      throw new ObjectStoreException(uri + " is not in this store, which is file://" + root);
    }
    return root.relativize(path).toString().replace('\\', '/');
  }

  private Path path(String key) {
    Path path = root.resolve(key).normalize();
    if (!path.startsWith(root)) {
      throw new ObjectStoreException("key '" + key + "' leaves the store");
    }
    return path;
  }

  private static ObjectStoreException missing(String key, IOException cause) {
    return new ObjectStoreException(
        "object " + key + " is not in the store; check whetstone.store.uri and retention", cause);
  }

  private static void deleteQuietly(Path temporary) {
    if (temporary == null) {
      return;
    }
    try {
      Files.deleteIfExists(temporary);
    } catch (IOException e) {
      temporary.toFile().deleteOnExit();
    }
  }
}
