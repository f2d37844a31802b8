package dev.whetstone.training.checkpoint;

import dev.whetstone.contracts.run.CheckpointManifest;
import dev.whetstone.kit.json.ContentDigests;
import dev.whetstone.kit.store.CorruptObjectException;
import dev.whetstone.kit.store.ObjectStore;
import dev.whetstone.kit.store.ObjectStoreException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.DigestInputStream;
import java.util.List;
import java.util.Optional;

/** Checks files of the object store against a manifest, without holding them in memory. */
final class StoredFileVerifier {
  private StoredFileVerifier() {}

  /**
   * Describes the first fault in a sentence: a file is missing, has other bytes, or lies outside
   * the folder.
   *
   * @param folder key prefix that the paths are relative to
   * @throws ObjectStoreException when the store cannot read a file; nothing is known about the file
   *     then
   */
  static Optional<String> fault(
      ObjectStore store, String folder, List<CheckpointManifest.File> files) {
    return files.stream().flatMap(file -> fault(store, folder, file).stream()).findFirst();
  }

  private static Optional<String> fault(
      ObjectStore store, String folder, CheckpointManifest.File file) {
    if (file.path().startsWith("/") || List.of(file.path().split("/")).contains("..")) {
      return Optional.of(
          "the manifest in " + folder + " names " + file.path() + ", which is outside it");
    }
    String key = folder + file.path();
    if (!store.exists(key)) {
      return Optional.of(missing(key));
    }
    String actual = digest(store, key);
    return actual.equals(file.sha256())
        ? Optional.empty()
        : Optional.of(
            String.valueOf(new CorruptObjectException(key, file.sha256(), actual).getMessage()));
  }

  static String missing(String key) {
    return "object " + key + " is not in the store";
  }

  private static String digest(ObjectStore store, String key) {
    try (DigestInputStream in = digesting(store.open(key))) {
      in.transferTo(OutputStream.nullOutputStream());
      return ContentDigests.hex(in.getMessageDigest().digest());
    } catch (IOException e) {
      throw new ObjectStoreException("object " + key + " cannot be read: " + e.getMessage(), e);
    }
  }

  private static DigestInputStream digesting(InputStream in) {
    return new DigestInputStream(in, ContentDigests.newSha256());
  }
}
