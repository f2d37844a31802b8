package dev.whetstone.eval.decision;

import dev.whetstone.eval.decision.Evidence.File;
import dev.whetstone.eval.decision.Evidence.Manifest;
import dev.whetstone.eval.decision.Evidence.Score;
import dev.whetstone.eval.decision.Evidence.Text;
import dev.whetstone.kit.json.Json;
import dev.whetstone.kit.store.ObjectContent;
import dev.whetstone.kit.store.ObjectStore;
import dev.whetstone.kit.store.StoredObject;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;

/** Stores evidence as content-addressed objects; equal evidence gives equal bytes. */
@ApplicationScoped
public class EvidenceStore {
  private static final String SCORES = "scores.jsonl";
  private static final String TEXTS = "texts.jsonl";
  private final ObjectStore store;

  public EvidenceStore(ObjectStore store) {
    this.store = store;
  }

  /**
   * Writes scores, texts and then the manifest, before the transaction that records the decision.
   *
   * @return the manifest's URI
   */
  public URI write(String evaluationId, String policySha256, List<Score> scores, List<Text> texts) {
    Manifest manifest =
        new Manifest(
            1, evaluationId, policySha256, List.of(put(SCORES, scores), put(TEXTS, texts)));
    return store.putBlob(Json.canonical(manifest)).uri();
  }

  public List<Score> scores(String evidenceUri) {
    return read(evidenceUri, SCORES, Score.class);
  }

  /** The texts; empty if they were erased. */
  public List<Text> texts(String evidenceUri) {
    return read(evidenceUri, TEXTS, Text.class);
  }

  /**
   * Deletes the texts of evidence; the scores stay. Evidence that is gone has none.
   *
   * @throws dev.whetstone.kit.store.ObjectStoreException if the store fails
   */
  public void deleteTexts(String evidenceUri) {
    String key = store.key(URI.create(evidenceUri));
    if (!store.exists(key)) {
      return;
    }
    Json.read(store.read(key), Manifest.class).files().stream()
        .filter(file -> file.path().equals(TEXTS))
        .forEach(file -> store.delete(file.blob()));
  }

  private File put(String path, List<?> rows) {
    StoredObject stored = store.putBlob(ObjectContent.jsonLines(rows));
    return new File(path, stored.key(), rows.size(), stored.bytes(), stored.sha256());
  }

  private <T> List<T> read(String evidenceUri, String path, Class<T> type) {
    Manifest manifest = Json.read(store.read(store.key(URI.create(evidenceUri))), Manifest.class);
    File file =
        manifest.files().stream()
            .filter(candidate -> candidate.path().equals(path))
            .findFirst()
            .orElseThrow(
                () ->
                    new IllegalStateException("evidence " + evidenceUri + " has no file " + path));
    if (!store.exists(file.blob())) {
      return List.of();
    }
    List<T> rows = new ArrayList<>();
    store.forEachLine(file.blob(), file.sha256(), (_, line) -> rows.add(Json.read(line, type)));
    return rows;
  }
}
