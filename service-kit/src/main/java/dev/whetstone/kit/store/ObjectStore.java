package dev.whetstone.kit.store;

import dev.whetstone.kit.json.ContentDigests;
import java.io.InputStream;
import java.net.URI;
import java.util.List;

/**
 * Objects under slash-separated keys that are written once and never change. Readers see an object
 * whole or not at all.
 */
public interface ObjectStore {
  /**
   * Writes an object that is not there yet; the same bytes again are fine.
   *
   * @throws ObjectStoreException when other bytes are there, or writing fails
   */
  StoredObject put(String key, byte[] bytes);

  /** Writes under {@code blobs/<sha256>}. */
  default StoredObject putBlob(byte[] bytes) {
    return put(blobKey(ContentDigests.sha256(bytes)), bytes);
  }

  /**
   * @throws ObjectStoreException when it is not there
   */
  byte[] read(String key);

  /**
   * Reads and checks.
   *
   * @throws CorruptObjectException when the bytes have another digest
   */
  default byte[] readVerified(String key, String sha256) {
    byte[] bytes = read(key);
    String actual = ContentDigests.sha256(bytes);
    if (!actual.equals(sha256)) {
      throw new CorruptObjectException(key, sha256, actual);
    }
    return bytes;
  }

  InputStream open(String key);

  boolean exists(String key);

  /** Keys that start with a prefix, sorted. */
  List<String> list(String prefix);

  void delete(String key);

  URI uri(String key);

  /**
   * The key of a URI of this store.
   *
   * @throws ObjectStoreException when the URI lies elsewhere
   */
  String key(URI uri);

  static String blobKey(String sha256) {
    return "blobs/" + sha256;
  }
}
