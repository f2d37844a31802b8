package dev.whetstone.training.run;

import dev.whetstone.contracts.checkpoint.CheckpointManifest;
import dev.whetstone.kit.json.Digests;
import dev.whetstone.kit.store.CorruptObjectException;
import dev.whetstone.kit.store.ObjectStore;
import dev.whetstone.kit.store.ObjectStoreException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.DigestInputStream;
import java.util.List;

/** Checks files of the object store against a manifest, without holding them in memory. */
final class StoredFiles {
  private StoredFiles() {}

  /**
   * @param folder key prefix that the paths are relative to
   * @throws CorruptObjectException when a digest does not fit
   * @throws ObjectStoreException when a file is not there, or a path leaves the folder
   */
  static void verify(ObjectStore store, String folder, List<CheckpointManifest.File> files) {
    for (CheckpointManifest.File file : files) {
      if (file.path().startsWith("/") || List.of(file.path().split("/")).contains("..")) {
        throw new ObjectStoreException(
            "the manifest in " + folder + " names " + file.path() + ", which is outside it");
      }
      String key = folder + file.path();
      String actual = digest(store, key);
      if (!actual.equals(file.sha256())) {
        throw new CorruptObjectException(key, file.sha256(), actual);
      }
    }
  }

  private static String digest(ObjectStore store, String key) {
    try (DigestInputStream in = digesting(store.open(key))) {
      in.transferTo(OutputStream.nullOutputStream());
      return Digests.hex(in.getMessageDigest().digest());
    } catch (IOException e) {
      throw new ObjectStoreException("object " + key + " cannot be read: " + e.getMessage(), e);
    }
  }

  private static DigestInputStream digesting(InputStream in) {
    return new DigestInputStream(in, Digests.newSha256());
  }
}
