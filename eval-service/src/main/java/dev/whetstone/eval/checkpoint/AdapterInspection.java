package dev.whetstone.eval.checkpoint;

import dev.whetstone.contracts.checkpoint.CheckpointManifest;
import dev.whetstone.contracts.event.CheckpointReady;
import dev.whetstone.kit.json.Digests;
import dev.whetstone.kit.json.Json;
import dev.whetstone.kit.store.CorruptObjectException;
import dev.whetstone.kit.store.ObjectStore;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.Optional;

/** Looks at a checkpoint's files in the object store before anything loads them. */
@ApplicationScoped
public class AdapterInspection {
  private final ObjectStore store;

  public AdapterInspection(ObjectStore store) {
    this.store = store;
  }

  /**
   * What makes the adapter unfit, if anything: missing, truncated or altered files, another format,
   * values that are not finite.
   *
   * @throws dev.whetstone.kit.store.ObjectStoreException when the store itself is the trouble
   */
  public Optional<String> fault(CheckpointReady ready) {
    try {
      String manifestKey = store.key(URI.create(ready.manifestUri()));
      CheckpointManifest manifest = manifest(ready, manifestKey);
      String folder = manifestKey.substring(0, manifestKey.lastIndexOf('/') + 1);
      byte[] config = null;
      byte[] weights = null;
      for (CheckpointManifest.File file : manifest.files()) {
        byte[] bytes = verified(folder, file);
        if (file.path().endsWith(AdapterRules.CONFIG)) {
          config = bytes;
        } else if (file.path().endsWith(AdapterRules.WEIGHTS)) {
          weights = bytes;
        }
      }
      if (config == null || weights == null) {
        throw new AdapterFault(
            "the manifest names no "
                + (config == null ? AdapterRules.CONFIG : AdapterRules.WEIGHTS));
      }
      AdapterRules.check(config, weights);
      return Optional.empty();
    } catch (AdapterFault e) {
      return Optional.of("the adapter cannot be judged: " + e.getMessage() + "; train it again");
    }
  }

  private CheckpointManifest manifest(CheckpointReady ready, String key) {
    if (!store.exists(key)) {
      throw new AdapterFault("its manifest " + key + " is not in the object store");
    }
    try {
      return Json.read(store.readVerified(key, ready.checkpointId()), CheckpointManifest.class);
    } catch (CorruptObjectException e) {
      throw new AdapterFault("its manifest " + key + " is not the one that was announced");
    } catch (UncheckedIOException e) {
      throw new AdapterFault("its manifest " + key + " cannot be read as one");
    }
  }

  private byte[] verified(String folder, CheckpointManifest.File file) {
    String key = folder + file.path();
    if (!store.exists(key)) {
      throw new AdapterFault(file.path() + " is missing");
    }
    byte[] bytes = store.read(key);
    if (bytes.length != file.bytes()) {
      throw new AdapterFault(
          "%s holds %d bytes, its manifest says %d"
              .formatted(file.path(), bytes.length, file.bytes()));
    }
    if (!Digests.sha256(bytes).equals(file.sha256())) {
      throw new AdapterFault(file.path() + " is not what its manifest says (SHA-256 differs)");
    }
    return bytes;
  }
}
