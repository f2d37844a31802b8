package dev.whetstone.kit.store.file;

import dev.whetstone.kit.json.ContentDigests;
import dev.whetstone.kit.store.ObjectConflictException;
import dev.whetstone.kit.store.ObjectContent;
import dev.whetstone.kit.store.ObjectPage;
import dev.whetstone.kit.store.ObjectStore;
import dev.whetstone.kit.store.ObjectStoreException;
import dev.whetstone.kit.store.StoredObject;
import dev.whetstone.kit.store.VerifiedRead;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.DigestOutputStream;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Objects as files under a directory. A file is written to a temporary name, forced to disk and
 * then linked to its own name, which fails when that exists already: no reader sees an incomplete
 * file and no writer replaces one.
 */
public final class FileObjectStore implements ObjectStore {
  /** A writer that has not written for this long was killed; its file is deleted. */
  private static final Duration LEFT_BEHIND = Duration.ofHours(1);

  private static final int BUFFER_BYTES = 1 << 16;

  private static final Set<String> NO_LINKS =
      Set.of("Operation not permitted", "Operation not supported", "Function not implemented");

  private final Path root;
  private final Path aside;
  private final Linker linker;

  /** Gives a file a second name; fails when the name is taken. */
  @FunctionalInterface
  interface Linker {
    void link(Path name, Path existing) throws IOException;
  }

  /** Uses a directory, which is created when it does not exist. */
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
          "object store "
              + this.root
              + " cannot be created. Check the folder's owner and the free space",
          e);
    }
    DurableDirectories.sweep(aside, "put-*.tmp", LEFT_BEHIND);
  }

  @Override
  public StoredObject put(String key, ObjectContent content) {
    Path target = path(key);
    try {
      // Content that is there already is compared without being written once more.
      Written written = Files.isRegularFile(target) ? digest(content) : writeAside(content);
      return place(key, written);
    } catch (IOException e) {
      throw notWritten(key, e);
    }
  }

  @Override
  public StoredObject putBlob(ObjectContent content) {
    try {
      Written written = writeAside(content);
      return place(ObjectStore.blobKey(written.sha256()), written);
    } catch (IOException e) {
      throw notWritten(ObjectStore.blobKey("..."), e);
    }
  }

  /**
   * Content that was read to its end.
   *
   * @param temporary where it was written; absent when it was only digested
   */
  private record Written(@Nullable Path temporary, String sha256) {}

  private StoredObject place(String key, Written written) {
    Path target = path(key);
    try {
      if (written.temporary() != null && !Files.exists(target)) {
        Files.createDirectories(target.getParent());
        linkUnlessThere(target, written.temporary());
      }
      // Also when another writer was first: it may be killed before it does this.
      DurableDirectories.forceUpTo(root, target.getParent());
    } catch (IOException e) {
      throw notWritten(key, e);
    } finally {
      deleteQuietly(written.temporary());
    }
    VerifiedRead<Boolean> stored =
        VerifiedRead.of(key, open(key), Long.MAX_VALUE, null, in -> true);
    if (!stored.sha256().equals(written.sha256())) {
      throw new ObjectConflictException(key);
    }
    return new StoredObject(key, uri(key), stored.bytes(), written.sha256());
  }

  private ObjectStoreException notWritten(String key, IOException e) {
    return new ObjectStoreException(
        "object %s could not be written to %s (%s); nothing of it was stored. Free disk space or fix the folder; the write is tried again"
            .formatted(key, root, e.getMessage()),
        e);
  }

  private static Written digest(ObjectContent content) throws IOException {
    try (DigestOutputStream out =
        new DigestOutputStream(OutputStream.nullOutputStream(), ContentDigests.newSha256())) {
      content.writeTo(out);
      return new Written(null, ContentDigests.hex(out.getMessageDigest().digest()));
    }
  }

  private Written writeAside(ObjectContent content) throws IOException {
    Path temporary = Files.createTempFile(aside, "put-", ".tmp");
    boolean complete = false;
    try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE);
        DigestOutputStream out =
            new DigestOutputStream(
                new BufferedOutputStream(Channels.newOutputStream(channel), BUFFER_BYTES),
                ContentDigests.newSha256())) {
      content.writeTo(out);
      out.flush();
      channel.force(true);
      complete = true;
      return new Written(temporary, ContentDigests.hex(out.getMessageDigest().digest()));
    } finally {
      if (!complete) {
        deleteQuietly(temporary);
      }
    }
  }

  /**
   * Another writer of the same key may have been first; {@link #place} compares the bytes
   * afterwards.
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
            + " is on a file system without hard links. Set whetstone.store.uri to a folder on one"
            + " that has them, such as ext4, xfs, apfs or ntfs",
        cause);
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
  public OptionalLong size(String key) {
    try {
      Path path = path(key);
      return Files.isRegularFile(path) ? OptionalLong.of(Files.size(path)) : OptionalLong.empty();
    } catch (NoSuchFileException e) {
      return OptionalLong.empty();
    } catch (IOException e) {
      throw new ObjectStoreException("object " + key + " cannot be read: " + e.getMessage(), e);
    }
  }

  @Override
  public ObjectPage list(String prefix, String after, int limit) {
    int slash = prefix.lastIndexOf('/');
    Path start = slash < 0 ? root : path(prefix.substring(0, slash));
    FilePage page = new FilePage(root, aside, prefix, after, limit);
    try {
      Files.walkFileTree(start, page);
    } catch (IOException e) {
      throw new ObjectStoreException(
          "objects under '%s' cannot be listed in %s: %s".formatted(prefix, root, e.getMessage()),
          e);
    }
    return page.toPage();
  }

  @Override
  public void delete(String key) {
    try {
      Files.deleteIfExists(path(key));
    } catch (IOException e) {
      throw new ObjectStoreException(
          "object %s cannot be deleted: %s".formatted(key, e.getMessage()), e);
    }
  }

  @Override
  public URI uri(String key) {
    String uri = FileScheme.uri(path(key)).toString();
    return URI.create(key.endsWith("/") ? uri + "/" : uri);
  }

  @Override
  public String key(URI uri) {
    try {
      Path path = FileScheme.path(uri).normalize();
      if (path.startsWith(root)) {
        return key(root, path);
      }
    } catch (IllegalArgumentException e) {
      throw new ObjectStoreException(elsewhere(uri), e);
    }
    throw new ObjectStoreException(elsewhere(uri));
  }

  private String elsewhere(URI uri) {
    return "%s is not in this store, which is %s".formatted(uri, FileScheme.uri(root));
  }

  /** The key of a file below a store's root. */
  static String key(Path root, Path file) {
    return root.relativize(file).toString().replace('\\', '/');
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

  private static void deleteQuietly(@Nullable Path temporary) {
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
