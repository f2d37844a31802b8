package dev.whetstone.kit.store;

import java.io.InputStream;
import java.net.URI;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * Objects under slash-separated keys that are written once and never change. Readers see an object
 * whole or not at all. Objects are stored before the transaction that refers to them, never inside
 * it: a crash between the two leaves an object that nothing refers to.
 */
public interface ObjectStore {
  /**
   * Manifests, cards and configurations are read whole, and none of them comes near this size.
   * Everything else is read as a stream.
   */
  long MAX_WHOLE_READ_BYTES = 16L << 20;

  int PAGE = 1_000;

  /**
   * Stores an object if its key is free; the same bytes again change nothing. Of writers at the
   * same time one is first, and the others are compared with it.
   *
   * @throws ObjectConflictException when the key holds other bytes
   * @throws ObjectStoreException when writing fails; the key is free then
   */
  StoredObject put(String key, ObjectContent content);

  /** Stores bytes that are in memory, as {@link #put(String, ObjectContent)} does. */
  default StoredObject put(String key, byte[] bytes) {
    return put(key, ObjectContent.of(bytes));
  }

  /** Stores under {@code blobs/<sha256>}, the digest being taken while the content is written. */
  StoredObject putBlob(ObjectContent content);

  /** Stores bytes that are in memory, as {@link #putBlob(ObjectContent)} does. */
  default StoredObject putBlob(byte[] bytes) {
    return putBlob(ObjectContent.of(bytes));
  }

  /**
   * An object's bytes, unchecked; the caller closes the stream.
   *
   * @throws ObjectStoreException when it is not there
   */
  InputStream open(String key);

  /** Size in bytes; empty when there is no such object. */
  OptionalLong size(String key);

  default boolean exists(String key) {
    return size(key).isPresent();
  }

  /**
   * Lists objects whose keys start with a prefix, in the order of the keys.
   *
   * @param after lists only keys behind this one; empty for the first page
   * @param limit most entries of the page
   */
  ObjectPage list(String prefix, String after, int limit);

  /** Lists all objects of a prefix; pages are fetched as the stream is consumed. */
  default Stream<ObjectPage.Entry> list(String prefix) {
    return Stream.iterate(
            list(prefix, "", PAGE),
            Objects::nonNull,
            page -> page.next() == null ? null : list(prefix, page.next(), PAGE))
        .map(ObjectPage::entries)
        .flatMap(List::stream);
  }

  /** Deletes an object; one that is not there is none to delete. */
  void delete(String key);

  /** The URI of a key; of one that ends in a slash it does so too. */
  URI uri(String key);

  /**
   * The key of a URI of this store, without a slash at its end.
   *
   * @throws ObjectStoreException when the URI lies elsewhere
   */
  String key(URI uri);

  /**
   * Reads a small object, unchecked.
   *
   * @throws ObjectTooLargeException when it is larger than {@link #MAX_WHOLE_READ_BYTES}
   * @throws ObjectStoreException when it is not there
   */
  default byte[] read(String key) {
    return VerifiedRead.of(key, open(key), MAX_WHOLE_READ_BYTES, null, InputStream::readAllBytes)
        .value();
  }

  /**
   * Reads a small object and checks it.
   *
   * @throws CorruptObjectException when the bytes have another digest
   * @throws ObjectTooLargeException when it is larger than {@link #MAX_WHOLE_READ_BYTES}
   */
  default byte[] readVerified(String key, String sha256) {
    return VerifiedRead.of(key, open(key), MAX_WHOLE_READ_BYTES, sha256, InputStream::readAllBytes)
        .value();
  }

  /**
   * Reads an object as a stream and checks it. The value is of unchecked bytes until this returns.
   *
   * @throws CorruptObjectException when the bytes have another digest, whatever the reader made of
   *     them
   */
  default <T> VerifiedRead<T> readVerified(
      String key, String sha256, VerifiedRead.Reader<T> reader) {
    return VerifiedRead.of(key, open(key), Long.MAX_VALUE, sha256, reader);
  }

  /**
   * Passes on an object's lines and checks it. What came of the lines is of unchecked bytes until
   * this returns.
   *
   * @throws CorruptObjectException when the bytes have another digest, whatever the consumer did
   */
  default void forEachLine(String key, String sha256, ObjectLines.Consumer consumer) {
    VerifiedRead<Boolean> unused =
        readVerified(
            key,
            sha256,
            in -> {
              ObjectLines.forEach(key, in, consumer);
              return true;
            });
  }

  static String blobKey(String sha256) {
    return "blobs/" + sha256;
  }
}
