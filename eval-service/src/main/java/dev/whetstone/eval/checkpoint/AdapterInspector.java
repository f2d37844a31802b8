package dev.whetstone.eval.checkpoint;

import dev.whetstone.contracts.event.CheckpointReady;
import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.contracts.run.CheckpointManifest;
import dev.whetstone.kit.json.Json;
import dev.whetstone.kit.store.CorruptObjectException;
import dev.whetstone.kit.store.ObjectStore;
import dev.whetstone.kit.store.ObjectStoreException;
import dev.whetstone.kit.store.VerifiedRead;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Checks a checkpoint's files in the object store before a server loads them. */
@ApplicationScoped
public class AdapterInspector {
  private static final long LONGEST_CONFIG = 1 << 20;
  private final ObjectStore store;

  public AdapterInspector(ObjectStore store) {
    this.store = store;
  }

  /**
   * Returns why the adapter cannot be evaluated, if it cannot: truncated or altered files, another
   * format, values that are not finite, a base model other than the loop's, or weights that the
   * manifest does not list.
   *
   * @param loop whose base model and model server the adapter must fit, as far as it declares them
   * @throws ObjectStoreException if the store itself fails. A missing manifest counts as such a
   *     failure, since the store may not be mounted; a missing file beside a manifest, which is
   *     written last, is a fault of the adapter.
   */
  public Optional<String> fault(CheckpointReady ready, LoopSpec loop) {
    try {
      String manifestKey = store.key(URI.create(ready.manifestUri()));
      CheckpointManifest manifest = manifest(ready, manifestKey);
      String folder = manifestKey.substring(0, manifestKey.lastIndexOf('/') + 1);
      requireBase(manifest, loop.spec().baseModel().sha256());
      String served = store.key(URI.create(ready.adapterUri()));
      CheckpointManifest.File config = null;
      CheckpointManifest.File weights = null;
      for (CheckpointManifest.File file : manifest.files()) {
        if (isServed(folder + file.path(), served, AdapterFormatRule.WEIGHTS)) {
          weights = file;
          continue;
        }
        if (isServed(folder + file.path(), served, AdapterFormatRule.CONFIG)) {
          config = file;
        }
        read(folder, file, _ -> true);
      }
      if (config == null || weights == null) {
        throw new AdapterException(
            "the manifest lists no %s in the folder of adapterUri, %s"
                .formatted(
                    config == null ? AdapterFormatRule.CONFIG : AdapterFormatRule.WEIGHTS,
                    ready.adapterUri()));
      }
      check(folder, config, weights, loop.spec().serving().lora());
      return Optional.empty();
    } catch (AdapterException e) {
      return Optional.of("the adapter cannot be evaluated: " + e.getMessage() + "; train it again");
    }
  }

  private CheckpointManifest manifest(CheckpointReady ready, String key) {
    try {
      return Json.read(store.readVerified(key, ready.checkpointId()), CheckpointManifest.class);
    } catch (CorruptObjectException e) {
      throw new AdapterException(
          "its manifest " + key + " differs from the announced one (SHA-256)");
    } catch (UncheckedIOException e) {
      throw new AdapterException("its manifest " + key + " is not a checkpoint manifest");
    }
  }

  /** Whether a model server that loads the adapter's folder reads this file. */
  private static boolean isServed(String key, String folder, String name) {
    return key.equals(folder.replaceFirst("/+$", "") + "/" + name);
  }

  private static void requireBase(CheckpointManifest manifest, @Nullable String expected) {
    String actual = manifest.baseModel() == null ? null : manifest.baseModel().sha256();
    if (expected != null && actual != null && !expected.equals(actual)) {
      throw new AdapterException(
          "it was trained on a base model with digest %s, but the loop's base model has %s"
              .formatted(actual, expected));
    }
  }

  private void check(
      String folder,
      CheckpointManifest.File config,
      CheckpointManifest.File weights,
      LoopSpec.@Nullable ServableLora servable) {
    if (config.bytes() > LONGEST_CONFIG) {
      throw new AdapterException(
          "%s has %d bytes; an adapter configuration has at most %d"
              .formatted(config.path(), config.bytes(), LONGEST_CONFIG));
    }
    byte[] settings = read(folder, config, InputStream::readAllBytes);
    boolean unused =
        read(
            folder,
            weights,
            in -> {
              AdapterFormatRule.check(settings, in, weights.bytes(), servable);
              return true;
            });
  }

  /** Reads a file in blocks, since weights can be larger than this service's memory. */
  private <T> T read(String folder, CheckpointManifest.File file, VerifiedRead.Reader<T> reader) {
    String key = folder + file.path();
    OptionalLong length = store.size(key);
    if (length.isEmpty()) {
      throw new AdapterException(file.path() + " is missing");
    }
    if (length.getAsLong() != file.bytes()) {
      throw new AdapterException(
          "%s has %d bytes, but %d according to its manifest"
              .formatted(file.path(), length.getAsLong(), file.bytes()));
    }
    try {
      return store.readVerified(key, file.sha256(), reader).value();
    } catch (CorruptObjectException e) {
      throw new AdapterException(file.path() + " differs from its manifest (SHA-256)");
    }
  }
}
