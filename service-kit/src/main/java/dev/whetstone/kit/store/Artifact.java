package dev.whetstone.kit.store;

import java.io.InputStream;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** An object, or a directory of objects, that a URI names: a suite, a base model, an adapter. */
public interface Artifact {
  /** Its URI in the one spelling that every service uses. */
  URI uri();

  /**
   * Size of the object in bytes; empty when there is no readable object: a directory is none.
   *
   * @throws ObjectStoreException when a remote store does not tell
   */
  OptionalLong size();

  /**
   * The object's bytes, unchecked; the caller closes the stream.
   *
   * @throws ObjectStoreException when it cannot be read
   */
  InputStream open();

  /**
   * A path on this machine for libraries that read files, such as tokenizers. A local artifact is
   * there already, and whether it exists is not checked; a remote one is copied first, so ask for
   * the one file that is needed ({@link #child}) rather than for its directory.
   *
   * @throws ObjectStoreException when a remote artifact is not there or cannot be copied
   */
  Path localPath();

  /**
   * What lies at a path below a directory; whether anything does is not checked.
   *
   * @param path relative, with forward slashes
   */
  Artifact child(String path);

  /**
   * The paths of a directory's files relative to it, in order; none when it is not there.
   *
   * @param most files that are listed; a larger directory is listed in part
   */
  List<String> files(int most);

  /**
   * Digest over the names and digests of a directory's files.
   *
   * @see dev.whetstone.kit.json.ContentDigests#directory
   * @throws ObjectStoreException when it cannot be read
   */
  String directorySha256();

  /**
   * A text that changes when the artifact does, found without reading it; null when it is gone. Of
   * a directory it covers all files.
   *
   * @throws ObjectStoreException when a remote store does not tell
   */
  @Nullable String changeMarker();

  /**
   * Reads a small object, unchecked.
   *
   * @throws ObjectTooLargeException when it is larger than {@link ObjectStore#MAX_WHOLE_READ_BYTES}
   * @throws ObjectStoreException when it cannot be read
   */
  default byte[] read() {
    return VerifiedRead.of(
            uri().toString(),
            open(),
            ObjectStore.MAX_WHOLE_READ_BYTES,
            null,
            InputStream::readAllBytes)
        .value();
  }

  /**
   * Digest of the object's bytes.
   *
   * @throws ObjectStoreException when it cannot be read
   */
  default String sha256() {
    return VerifiedRead.of(uri().toString(), open(), Long.MAX_VALUE, null, in -> true).sha256();
  }

  /**
   * Passes on the object's lines in one pass and returns the digest of the bytes that they are
   * from. What came of the lines is of unchecked bytes until this returns.
   *
   * @param sha256 the digest that it must have; null for any
   * @param limit in bytes
   * @throws CorruptObjectException when the bytes have another digest, whatever the consumer did
   * @throws ObjectTooLargeException when it is larger than the limit
   * @throws ObjectStoreException when it cannot be read
   */
  default String forEachLine(@Nullable String sha256, long limit, ObjectLines.Consumer consumer) {
    String name = uri().toString();
    return VerifiedRead.of(
            name,
            open(),
            limit,
            sha256,
            in -> {
              ObjectLines.forEach(name, in, consumer);
              return true;
            })
        .sha256();
  }
}
