package dev.whetstone.eval.checkpoint;

import dev.whetstone.contracts.event.CheckpointReady;
import dev.whetstone.contracts.run.CheckpointManifest;
import dev.whetstone.kit.json.ContentDigests;
import dev.whetstone.kit.json.Json;
import dev.whetstone.kit.store.CorruptObjectException;
import dev.whetstone.kit.store.ObjectStore;
import dev.whetstone.kit.store.ObjectStoreException;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Looks at a checkpoint's files in the object store before anything loads them. */
@ApplicationScoped
public class AdapterInspector {
  private static final long LONGEST_CONFIG = 1 << 20;
  private final ObjectStore store;

  public AdapterInspector(ObjectStore store) {
    this.store = store;
  }

  /**
   * What makes the adapter unfit, if anything: truncated or altered files, another format, values
   * that are not finite, a base model that is not the loop's, or weights elsewhere than in the
   * manifest.
   *
   * @param baseSha256 digest of the loop's base model, if it is declared
   * @throws ObjectStoreException when the store itself is the trouble. Whether a manifest that is
   *     not there was never written or its store is not mounted cannot be told, so that counts too;
   *     a file that is missing beside its manifest, which is written last, is a fault.
   */
  public Optional<String> fault(CheckpointReady ready, @Nullable String baseSha256) {
    try {
      String manifestKey = store.key(URI.create(ready.manifestUri()));
      CheckpointManifest manifest = manifest(ready, manifestKey);
      String folder = manifestKey.substring(0, manifestKey.lastIndexOf('/') + 1);
      requireBase(manifest, baseSha256);
      String served = store.key(URI.create(ready.adapterUri()));
      CheckpointManifest.File config = null;
      CheckpointManifest.File weights = null;
      for (CheckpointManifest.File file : manifest.files()) {
        verify(folder, file);
        if (isServed(folder + file.path(), served, AdapterFormatRule.CONFIG)) {
          config = file;
        } else if (isServed(folder + file.path(), served, AdapterFormatRule.WEIGHTS)) {
          weights = file;
        }
      }
      if (config == null || weights == null) {
        throw new AdapterException(
            "the manifest names no %s in the folder of adapterUri, %s"
                .formatted(
                    config == null ? AdapterFormatRule.CONFIG : AdapterFormatRule.WEIGHTS,
                    ready.adapterUri()));
      }
      check(folder, config, weights);
      return Optional.empty();
    } catch (AdapterException e) {
      return Optional.of("the adapter cannot be judged: " + e.getMessage() + "; train it again");
    }
  }

  private CheckpointManifest manifest(CheckpointReady ready, String key) {
    try {
      return Json.read(store.readVerified(key, ready.checkpointId()), CheckpointManifest.class);
    } catch (CorruptObjectException e) {
      throw new AdapterException("its manifest " + key + " is not the one that was announced");
    } catch (UncheckedIOException e) {
      throw new AdapterException("its manifest " + key + " cannot be read as one");
    }
  }

  /** Only what the server loads from that folder says anything about what it serves. */
  private static boolean isServed(String key, String folder, String name) {
    return key.equals(folder.replaceFirst("/+$", "") + "/" + name);
  }

  private static void requireBase(CheckpointManifest manifest, @Nullable String expected) {
    String actual = manifest.baseModel() == null ? null : manifest.baseModel().sha256();
    if (expected != null && actual != null && !expected.equals(actual)) {
      throw new AdapterException(
          "it was trained on a base model with digest %s, but the loop's has %s"
              .formatted(actual, expected));
    }
  }

  private void check(
      String folder, CheckpointManifest.File config, CheckpointManifest.File weights) {
    if (config.bytes() > LONGEST_CONFIG) {
      throw new AdapterException(
          "%s holds %d bytes, more than any configuration"
              .formatted(config.path(), config.bytes()));
    }
    String key = folder + weights.path();
    try (InputStream bytes = store.open(key)) {
      AdapterFormatRule.check(store.read(folder + config.path()), bytes, weights.bytes());
    } catch (IOException e) {
      throw unreadable(key, e);
    }
  }

  /** Reads a file in pieces: weights are larger than this service's memory. */
  private void verify(String folder, CheckpointManifest.File file) {
    String key = folder + file.path();
    if (!store.exists(key)) {
      throw new AdapterException(file.path() + " is missing");
    }
    MessageDigest digest = ContentDigests.newSha256();
    long length;
    try (InputStream bytes = new DigestInputStream(store.open(key), digest)) {
      length = bytes.transferTo(OutputStream.nullOutputStream());
    } catch (IOException e) {
      throw unreadable(key, e);
    }
    if (length != file.bytes()) {
      throw new AdapterException(
          "%s holds %d bytes, its manifest says %d".formatted(file.path(), length, file.bytes()));
    }
    if (!ContentDigests.hex(digest.digest()).equals(file.sha256())) {
      throw new AdapterException(file.path() + " is not what its manifest says (SHA-256 differs)");
    }
  }

  private static ObjectStoreException unreadable(String key, IOException e) {
    return new ObjectStoreException("object " + key + " cannot be read: " + e.getMessage(), e);
  }
}
