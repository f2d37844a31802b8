package dev.whetstone.training.checkpoint;

import dev.whetstone.contracts.run.CheckpointManifest;
import dev.whetstone.contracts.run.RunSpec;
import dev.whetstone.kit.json.ContentDigests;
import dev.whetstone.kit.json.Json;
import dev.whetstone.kit.store.ObjectPage;
import dev.whetstone.kit.store.ObjectStore;
import dev.whetstone.kit.store.ObjectStoreException;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.UncheckedIOException;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jboss.logging.Logger;

/** Finds resume points. One is complete when its manifest, which is written last, verifies. */
@ApplicationScoped
public class ResumePointFinder {
  private static final Logger LOG = Logger.getLogger(ResumePointFinder.class);
  private final ObjectStore store;

  public ResumePointFinder(ObjectStore store) {
    this.store = store;
  }

  /** The manifest that the worker writes beside its saved state. */
  record Manifest(String runId, long fence, long step, List<CheckpointManifest.File> files) {}

  private record Candidate(String key, long step) {}

  /** The newest complete resume point of any attempt of the run. */
  public Optional<RunSpec.Input> newest(String runId) {
    return store
        .list(RunObjectKeys.ofRun(runId))
        .map(ObjectPage.Entry::key)
        .flatMap(
            key ->
                RunObjectKeys.resumeStep(key).stream().mapToObj(step -> new Candidate(key, step)))
        .sorted(Comparator.comparingLong(Candidate::step).thenComparing(Candidate::key).reversed())
        .flatMap(candidate -> verified(runId, candidate.key()).stream())
        .findFirst();
  }

  /** The step of the newest resume point that an attempt completed, without reading its files. */
  public OptionalLong savedStep(String runId, long fence) {
    return store
        .list(RunObjectKeys.ofAttempt(runId, fence))
        .map(ObjectPage.Entry::key)
        .map(RunObjectKeys::resumeStep)
        .flatMapToLong(OptionalLong::stream)
        .max();
  }

  private Optional<RunSpec.Input> verified(String runId, String key) {
    try {
      byte[] bytes = store.read(key);
      Manifest manifest = Json.read(bytes, Manifest.class);
      if (!runId.equals(manifest.runId()) || manifest.files() == null) {
        return Optional.empty();
      }
      String folder = RunObjectKeys.folder(key);
      Optional<String> fault = StoredFileVerifier.fault(store, folder, manifest.files());
      if (fault.isPresent()) {
        LOG.warnf("resume-point-ignored key=%s reason=%s", key, fault.get());
        return Optional.empty();
      }
      return Optional.of(
          new RunSpec.Input(store.uri(folder).toString(), ContentDigests.sha256(bytes)));
    } catch (ObjectStoreException | UncheckedIOException e) {
      LOG.warnf("resume-point-ignored key=%s reason=%s", key, e.getMessage());
      return Optional.empty();
    }
  }
}
