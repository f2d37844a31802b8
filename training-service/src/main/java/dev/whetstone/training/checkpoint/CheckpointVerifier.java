package dev.whetstone.training.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.whetstone.contracts.run.CheckpointManifest;
import dev.whetstone.contracts.run.StatusReport;
import dev.whetstone.kit.json.ContentDigests;
import dev.whetstone.kit.json.Json;
import dev.whetstone.kit.store.ObjectStore;
import dev.whetstone.kit.store.ObjectStoreException;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Verifies the checkpoint that an attempt wrote. */
@ApplicationScoped
public class CheckpointVerifier {
  static final String ADAPTER = "adapter/";
  private static final Set<String> NEEDED =
      Set.of(ADAPTER + "adapter_config.json", ADAPTER + "adapter_model.safetensors");

  /** Formats that run code when they are loaded. */
  private static final List<String> FORBIDDEN = List.of(".bin", ".pt", ".pth", ".pkl", ".pickle");

  private final ObjectStore store;

  public CheckpointVerifier(ObjectStore store) {
    this.store = store;
  }

  /** Result of a verification. */
  public sealed interface Verification {
    /**
     * Every digest matches.
     *
     * @param checkpointId SHA-256 of the manifest's bytes
     */
    record Valid(
        String checkpointId, CheckpointManifest manifest, String manifestUri, String adapterUri)
        implements Verification {}

    /** A file is missing or does not match its digest. */
    record Invalid(String reason) implements Verification {}
  }

  /**
   * Reads the attempt's own folder only, whatever URI its worker reports.
   *
   * @param claimed the result that the worker reported; absent when it did not report one
   * @throws ObjectStoreException when the store cannot read the output; nothing is known about it
   *     then, and the caller verifies again later
   */
  public Verification verify(String runId, long fence, StatusReport.@Nullable Result claimed) {
    String key = RunObjectKeys.checkpointManifest(runId, fence);
    if (!store.exists(key)) {
      return new Verification.Invalid(StoredFileVerifier.missing(key));
    }
    try {
      byte[] bytes = store.read(key);
      String checkpointId = ContentDigests.sha256(bytes);
      if (claimed != null && !checkpointId.equals(claimed.manifestSha256())) {
        return new Verification.Invalid(
            "%s has SHA-256 %s, the worker reports %s"
                .formatted(key, checkpointId, claimed.manifestSha256()));
      }
      CheckpointManifest manifest = read(bytes);
      String fault = fault(runId, fence, manifest);
      if (fault != null) {
        return new Verification.Invalid(key + " " + fault);
      }
      String folder = RunObjectKeys.ofAttempt(runId, fence);
      Optional<String> wrong = StoredFileVerifier.fault(store, folder, manifest.files());
      if (wrong.isPresent()) {
        return new Verification.Invalid(wrong.get());
      }
      return new Verification.Valid(
          checkpointId,
          manifest,
          store.uri(key).toString(),
          withSlash(store.uri(folder + ADAPTER).toString()));
    } catch (UncheckedIOException e) {
      return new Verification.Invalid(String.valueOf(e.getMessage()));
    }
  }

  /** A hyperparameter that is null counts as absent. */
  private static CheckpointManifest read(byte[] bytes) {
    JsonNode tree = Json.read(bytes, JsonNode.class);
    if (tree.get("hyperparameters") instanceof ObjectNode hyperparameters) {
      hyperparameters.properties().removeIf(entry -> entry.getValue().isNull());
    }
    return Json.read(Json.write(tree), CheckpointManifest.class);
  }

  private static @Nullable String fault(String runId, long fence, CheckpointManifest manifest) {
    if (!runId.equals(manifest.runId()) || fence != manifest.fence()) {
      return "is of run " + manifest.runId() + ", fence " + manifest.fence();
    }
    Set<String> paths =
        manifest.files().stream().map(CheckpointManifest.File::path).collect(Collectors.toSet());
    if (!paths.containsAll(NEEDED)) {
      return "names no " + NEEDED.stream().filter(path -> !paths.contains(path)).sorted().toList();
    }
    return paths.stream()
        .filter(path -> FORBIDDEN.stream().anyMatch(path.toLowerCase(Locale.ROOT)::endsWith))
        .findFirst()
        .map(path -> "names " + path + ", which may run code when loaded; only safetensors are")
        .orElse(null);
  }

  private static String withSlash(String uri) {
    return uri.endsWith("/") ? uri : uri + "/";
  }
}
