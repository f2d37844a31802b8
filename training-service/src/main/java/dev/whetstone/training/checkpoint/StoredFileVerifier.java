package dev.whetstone.training.checkpoint;

import dev.whetstone.contracts.run.CheckpointManifest;
import dev.whetstone.kit.store.CorruptObjectException;
import dev.whetstone.kit.store.ObjectStore;
import dev.whetstone.kit.store.ObjectStoreException;
import dev.whetstone.kit.store.VerifiedRead;
import java.util.List;
import java.util.Optional;

/** Checks files of the object store against a manifest, without holding them in memory. */
final class StoredFileVerifier {
  private StoredFileVerifier() {}

  /**
   * Describes the first file that is missing, has other bytes or lies outside the folder.
   *
   * @param folder key prefix that the paths are relative to
   * @throws ObjectStoreException when a file cannot be read at present: its content is unknown then
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
    try {
      VerifiedRead<Boolean> unused = store.readVerified(key, file.sha256(), _ -> true);
      return Optional.empty();
    } catch (CorruptObjectException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  static String missing(String key) {
    return "object " + key + " is not in the store";
  }
}
