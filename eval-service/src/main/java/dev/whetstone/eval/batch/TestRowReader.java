package dev.whetstone.eval.batch;

import dev.whetstone.contracts.batch.BatchFile;
import dev.whetstone.contracts.batch.BatchManifest;
import dev.whetstone.contracts.batch.Form;
import dev.whetstone.contracts.batch.LineageRow;
import dev.whetstone.contracts.batch.SftRow;
import dev.whetstone.contracts.batch.Split;
import dev.whetstone.kit.json.Json;
import dev.whetstone.kit.store.ObjectStore;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads a batch's test rows from the object store and checks every file against its digest. */
@ApplicationScoped
public class TestRowReader {
  private final ObjectStore store;

  public TestRowReader(ObjectStore store) {
    this.store = store;
  }

  /**
   * A test row with the facts of its lineage.
   *
   * @param slice the first tag
   * @param cluster the end user's digest, else the conversation
   */
  public record TestRow(SftRow row, @Nullable String slice, @Nullable String cluster) {}

  /**
   * A batch's SFT test rows.
   *
   * @param sha256 of the file they come from
   */
  public record TestFile(String sha256, List<TestRow> rows) {}

  /**
   * @return empty if the batch has no SFT test rows
   * @throws dev.whetstone.kit.store.CorruptObjectException if the bytes differ from those that were
   *     sealed
   */
  public Optional<TestFile> read(SealedBatch batch) {
    byte[] bytes = store.readVerified(store.key(URI.create(batch.manifestUri())), batch.batchId());
    BatchManifest manifest = Json.read(bytes, BatchManifest.class);
    Optional<BatchFile> file = manifest.file(Form.SFT, Split.TEST);
    if (file.isEmpty() || file.get().rows() == 0) {
      return Optional.empty();
    }
    Map<String, LineageRow> lineage = lineage(manifest);
    List<TestRow> rows = new ArrayList<>();
    forEachLine(
        file.get(),
        line -> {
          SftRow row = Json.read(line, SftRow.class);
          rows.add(testRow(row, lineage.get(row.id())));
        });
    return Optional.of(new TestFile(file.get().sha256(), rows));
  }

  private Map<String, LineageRow> lineage(BatchManifest manifest) {
    Map<String, LineageRow> byExample = new HashMap<>();
    manifest
        .file("lineage.jsonl")
        .ifPresent(
            file ->
                forEachLine(
                    file,
                    line -> {
                      LineageRow row = Json.read(line, LineageRow.class);
                      byExample.putIfAbsent(row.exampleId(), row);
                    }));
    return byExample;
  }

  private void forEachLine(BatchFile file, Consumer<byte[]> consumer) {
    store.forEachLine(file.blob(), file.sha256(), (_, line) -> consumer.accept(line));
  }

  private static TestRow testRow(SftRow row, @Nullable LineageRow lineage) {
    if (lineage == null) {
      return new TestRow(row, null, null);
    }
    String cluster =
        lineage.endUserDigest() != null ? lineage.endUserDigest() : lineage.conversationId();
    return new TestRow(row, lineage.tags().isEmpty() ? null : lineage.tags().getFirst(), cluster);
  }
}
