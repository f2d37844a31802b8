package dev.whetstone.training.scoring;

import dev.whetstone.contracts.run.CheckpointManifest;
import dev.whetstone.contracts.scoring.ScoresManifest;
import dev.whetstone.kit.json.Json;
import dev.whetstone.kit.store.CorruptObjectException;
import dev.whetstone.kit.store.ObjectStore;
import dev.whetstone.kit.store.ObjectStoreException;
import dev.whetstone.kit.store.VerifiedRead;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.UncheckedIOException;
import java.util.Optional;

/** Verifies the scores that an attempt wrote. */
@ApplicationScoped
public class ScoresVerifier {
  private static final String SCORES = "scores.jsonl";
  private final ObjectStore store;

  public ScoresVerifier(ObjectStore store) {
    this.store = store;
  }

  /** Result of a verification. */
  sealed interface Verification {
    /** The digests match. */
    record Valid(ScoresManifest manifest, String scoresUri, String scoresSha256)
        implements Verification {}

    /** A file is missing or does not match its digest. */
    record Invalid(String reason) implements Verification {}
  }

  /**
   * Reads the attempt's own folder only.
   *
   * @throws ObjectStoreException when the store cannot be read; nothing is known then
   */
  Verification verify(ScoringAttemptId attempt) {
    String key = attempt.folder() + "manifest.json";
    if (!store.exists(key)) {
      return new Verification.Invalid("object " + key + " is not in the store");
    }
    try {
      ScoresManifest manifest = Json.read(store.read(key), ScoresManifest.class);
      if (!attempt.jobId().equals(manifest.jobId()) || attempt.fence() != manifest.fence()) {
        return new Verification.Invalid(
            "%s is of job %s, fence %d".formatted(key, manifest.jobId(), manifest.fence()));
      }
      Optional<CheckpointManifest.File> file =
          manifest.files().stream().filter(one -> one.path().equals(SCORES)).findFirst();
      String scores = attempt.folder() + SCORES;
      if (file.isEmpty() || !store.exists(scores)) {
        return new Verification.Invalid(key + " names no " + SCORES + " that is in the store");
      }
      VerifiedRead<Boolean> unused = store.readVerified(scores, file.get().sha256(), _ -> true);
      return new Verification.Valid(manifest, store.uri(scores).toString(), file.get().sha256());
    } catch (CorruptObjectException e) {
      return new Verification.Invalid(String.valueOf(e.getMessage()));
    } catch (UncheckedIOException e) {
      return new Verification.Invalid(key + " is not a manifest of scores");
    }
  }
}
