package dev.whetstone.kit.store.s3;

import dev.whetstone.kit.json.ContentDigests;
import dev.whetstone.kit.store.ObjectStoreException;
import dev.whetstone.kit.store.VerifiedRead;
import dev.whetstone.kit.store.file.DurableDirectories;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jboss.logging.Logger;

/**
 * Local copies of objects for libraries that read files. A copy is named by the version of what was
 * copied, appears whole, and is checked against its digest again before it is handed out. What was
 * not used for longest is deleted when the limit is reached.
 */
final class S3LocalCache {
  private static final Logger LOG = Logger.getLogger(S3LocalCache.class);
  private static final Duration LEFT_BEHIND = Duration.ofHours(1);
  private static final String CONTENT = "content";
  private static final String DIGEST = "digest";

  private final S3Bucket bucket;
  private final Path copies;
  private final Path writing;
  private final LocalCopyEviction eviction;
  private final ConcurrentHashMap<String, ReentrantLock> locks = new ConcurrentHashMap<>();

  S3LocalCache(S3Bucket bucket) {
    this.bucket = bucket;
    Path folder = bucket.settings().cacheFolder();
    this.copies = folder.resolve("copies");
    this.writing = folder.resolve("writing");
    this.eviction = new LocalCopyEviction(copies, bucket.settings().cacheBytes());
    try {
      Files.createDirectories(copies);
      Files.createDirectories(writing);
    } catch (IOException e) {
      throw new ObjectStoreException(
          "the folder %s (whetstone.s3.cache-folder) cannot be created: %s. Set it to a folder that this service may write to"
              .formatted(folder, e.getMessage()),
          e);
    }
    DurableDirectories.sweep(writing, "put-*.tmp", LEFT_BEHIND);
    eviction.sweep(writing, LEFT_BEHIND);
  }

  /** A folder for content that is being written to the store. */
  Path spool() {
    return writing;
  }

  /**
   * The local copy of an object, or of all objects below a directory.
   *
   * @param place what is copied
   * @param entries its objects; one of the place itself, or several below it
   * @param marker changes when any of them does
   * @throws ObjectStoreException when copying fails, or the copy would not fit
   */
  Path copy(S3Location place, List<S3Bucket.Entry> entries, String marker) {
    String name = ContentDigests.sha256(place + "\n" + marker);
    ReentrantLock lock = locks.computeIfAbsent(name, unused -> new ReentrantLock());
    lock.lock();
    try {
      Path copy = copies.resolve(name);
      if (!isSound(copy)) {
        make(copy, place, entries);
      }
      eviction.touch(copy);
      return content(copy, place, entries);
    } catch (IOException | UncheckedIOException e) {
      throw new ObjectStoreException(
          "%s cannot be copied to %s (%s). Free disk space there or set whetstone.s3.cache-folder"
              .formatted(place, copies, e.getMessage()),
          e);
    } finally {
      lock.unlock();
      locks.remove(name, lock);
    }
  }

  private static Path content(Path copy, S3Location place, List<S3Bucket.Entry> entries) {
    Path content = copy.resolve(CONTENT);
    return isObject(place, entries) ? content.resolve(name(place)) : content;
  }

  private static boolean isObject(S3Location place, List<S3Bucket.Entry> entries) {
    return entries.size() == 1 && entries.getFirst().key().equals(place.key());
  }

  private static String name(S3Location place) {
    return place.key().substring(place.key().lastIndexOf('/') + 1);
  }

  private boolean isSound(Path copy) throws IOException {
    Path digest = copy.resolve(DIGEST);
    if (!Files.exists(digest)) {
      return false;
    }
    try {
      if (Files.readString(digest).equals(ContentDigests.directory(copy.resolve(CONTENT)))) {
        return true;
      }
      LOG.warnf("local-copy-damaged copy=%s", copy);
    } catch (UncheckedIOException e) {
      LOG.warnf("local-copy-damaged copy=%s reason=%s", copy, e.getMessage());
    }
    eviction.delete(copy);
    return false;
  }

  private void make(Path copy, S3Location place, List<S3Bucket.Entry> entries) throws IOException {
    eviction.makeRoom(entries.stream().mapToLong(S3Bucket.Entry::bytes).sum(), place);
    Path temporary = Files.createTempDirectory(writing, LocalCopyEviction.WRITING);
    try {
      Path content = Files.createDirectory(temporary.resolve(CONTENT));
      for (S3Bucket.Entry entry : entries) {
        String relative =
            isObject(place, entries) ? name(place) : entry.key().substring(place.below().length());
        download(new S3Location(place.bucket(), entry.key()), entry, inside(content, relative));
      }
      Files.writeString(temporary.resolve(DIGEST), ContentDigests.directory(content));
      Files.move(temporary, copy, StandardCopyOption.ATOMIC_MOVE);
    } catch (FileSystemException e) {
      // Another process that shares the folder may have been first; it copied the same version.
      if (!Files.exists(copy.resolve(DIGEST))) {
        throw e;
      }
    } finally {
      eviction.delete(temporary);
    }
  }

  /** Keys may be named by others than Whetstone. */
  private static Path inside(Path folder, String relative) {
    try {
      S3Location.requireInside(relative);
    } catch (IllegalArgumentException e) {
      throw new ObjectStoreException(e.getMessage(), e);
    }
    return folder.resolve(relative);
  }

  private void download(S3Location object, S3Bucket.Entry entry, Path file) throws IOException {
    Files.createDirectories(file.getParent());
    S3ObjectStream in =
        bucket.open(object).orElseThrow(() -> new ObjectStoreException(object + " is gone"));
    if (!entry.etag().equals(in.etag())) {
      in.close();
      throw new ObjectStoreException(object + " changed while it was copied; it is tried again");
    }
    VerifiedRead<Long> unused =
        VerifiedRead.of(
            object.toString(), in, Long.MAX_VALUE, null, from -> Files.copy(from, file));
  }
}
