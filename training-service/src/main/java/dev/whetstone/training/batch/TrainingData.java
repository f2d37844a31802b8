package dev.whetstone.training.batch;

import com.fasterxml.jackson.databind.JsonNode;
import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.batch.BatchFile;
import dev.whetstone.contracts.batch.BatchManifest;
import dev.whetstone.contracts.batch.Form;
import dev.whetstone.contracts.batch.Split;
import dev.whetstone.contracts.run.RunSpec;
import dev.whetstone.kit.json.Json;
import dev.whetstone.kit.store.CorruptObjectException;
import dev.whetstone.kit.store.ObjectStore;
import dev.whetstone.kit.store.ObjectStoreException;
import dev.whetstone.kit.store.Stored;
import dev.whetstone.training.plan.ExampleSelection;
import dev.whetstone.training.plan.ExampleSelection.BatchRows;
import dev.whetstone.training.plan.ExampleSelection.Row;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jboss.logging.Logger;

/**
 * Reads verified rows of batches and says which files a run trains on. Where every row of a file is
 * wanted, that is the batch's own file; else the wanted rows are written as a new blob.
 */
@ApplicationScoped
public class TrainingData {
  private static final Logger LOG = Logger.getLogger(TrainingData.class);

  private static final String LOST =
      "%s; if batch %s is lost for good, POST /v1/loops/%s/batches/%s/set-aside lets the loop train on the others";

  private final ObjectStore store;

  public TrainingData(ObjectStore store) {
    this.store = store;
  }

  /** Files of one form and split, and how many rows they hold together. */
  public record Files(List<RunSpec.Dataset> datasets, int examples) {
    public Files {
      datasets = List.copyOf(datasets);
    }
  }

  private record Line(byte[] bytes, Row row) {}

  private record Source(Batch batch, BatchFile file, List<Line> lines) {
    BatchRows rows() {
      return new BatchRows(
          batch.batchId(), batch.sequence(), lines.stream().map(Line::row).toList());
    }
  }

  /**
   * @param withdrawn example ids to leave out
   * @param cap rows over all batches
   * @throws CorruptBatchException when a digest does not fit; nothing was written then
   */
  public Files files(List<Batch> batches, Form form, Split split, Set<String> withdrawn, int cap) {
    List<Source> sources = new ArrayList<>();
    for (Batch batch : batches) {
      manifest(batch).file(form, split).ifPresent(file -> sources.add(read(batch, file)));
    }
    Map<String, Set<String>> kept =
        ExampleSelection.select(sources.stream().map(Source::rows).toList(), withdrawn, cap);
    List<RunSpec.Dataset> datasets = new ArrayList<>();
    int examples = 0;
    for (Source source : sources) {
      Set<String> wanted = kept.get(source.batch().batchId());
      if (!wanted.isEmpty()) {
        datasets.add(dataset(source, wanted, form));
        examples += wanted.size();
      }
    }
    return new Files(datasets, examples);
  }

  /** The verified manifest of a batch. */
  public BatchManifest manifest(Batch batch) {
    try {
      byte[] bytes = read(batch, store.key(URI.create(batch.manifestUri())), batch.batchId());
      BatchManifest manifest = Json.read(bytes, BatchManifest.class);
      if (!new LoopId(manifest.tenant(), manifest.loop()).equals(batch.loop())) {
        throw new UncheckedIOException(
            new IOException(
                "its manifest is of loop " + manifest.tenant() + "/" + manifest.loop()));
      }
      return manifest;
    } catch (CorruptObjectException | UncheckedIOException e) {
      throw new CorruptBatchException(batch.batchId(), e.getMessage(), e);
    }
  }

  /**
   * The first batch whose bytes are not what its manifest says, if there is one. What cannot be
   * read is passed over: it may come back, and a withdrawal is for good.
   */
  public Optional<CorruptBatchException> firstCorrupt(List<Batch> batches) {
    for (Batch batch : batches) {
      try {
        for (BatchFile file : manifest(batch).files()) {
          verified(batch, file);
        }
      } catch (CorruptBatchException e) {
        return Optional.of(e);
      } catch (ObjectStoreException e) {
        LOG.warnf("batch-unreadable batch=%s reason=%s", batch.batchId(), e.getMessage());
      }
    }
    return Optional.empty();
  }

  private Source read(Batch batch, BatchFile file) {
    try {
      byte[] bytes = verified(batch, file);
      List<Line> lines = new ArrayList<>();
      int start = 0;
      for (int i = 0; i <= bytes.length; i++) {
        if (i == bytes.length || bytes[i] == '\n') {
          if (i > start) {
            lines.add(line(new String(bytes, start, i - start, StandardCharsets.UTF_8)));
          }
          start = i + 1;
        }
      }
      return new Source(batch, file, lines);
    } catch (IOException e) {
      throw new CorruptBatchException(batch.batchId(), file.path() + ": " + e.getMessage(), e);
    }
  }

  private byte[] verified(Batch batch, BatchFile file) {
    try {
      return read(batch, file.blob(), file.sha256());
    } catch (CorruptObjectException e) {
      throw new CorruptBatchException(batch.batchId(), file.path() + ": " + e.getMessage(), e);
    }
  }

  private byte[] read(Batch batch, String key, String sha256) {
    try {
      return store.readVerified(key, sha256);
    } catch (CorruptObjectException e) {
      throw e;
    } catch (ObjectStoreException e) {
      String id = batch.batchId();
      throw new ObjectStoreException(
          LOST.formatted(e.getMessage(), id, batch.loop().loop(), id), e);
    }
  }

  private static Line line(String text) throws IOException {
    JsonNode row = Json.mapper().readTree(text);
    JsonNode id = row.get("id");
    if (id == null || !id.isTextual()) {
      throw new IOException("a row has no id");
    }
    return new Line(
        text.getBytes(StandardCharsets.UTF_8),
        new Row(id.asText(), row.path("sampleWeight").asDouble(1.0)));
  }

  private RunSpec.Dataset dataset(Source source, Set<String> wanted, Form form) {
    if (wanted.size() == source.lines().size()) {
      BatchFile file = source.file();
      return new RunSpec.Dataset(store.uri(file.blob()).toString(), file.sha256(), form);
    }
    ByteArrayOutputStream rows = new ByteArrayOutputStream();
    for (Line line : source.lines()) {
      if (wanted.contains(line.row().exampleId())) {
        rows.writeBytes(line.bytes());
        rows.write('\n');
      }
    }
    Stored blob = store.putBlob(rows.toByteArray());
    return new RunSpec.Dataset(blob.uri().toString(), blob.sha256(), form);
  }
}
