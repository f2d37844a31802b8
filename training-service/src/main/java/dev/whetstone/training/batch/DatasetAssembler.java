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
import dev.whetstone.kit.store.StoredObject;
import dev.whetstone.training.plan.ExampleSelection;
import dev.whetstone.training.plan.ExampleSelection.Row;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jboss.logging.Logger;

/**
 * Reads verified rows of batches and says which files a run trains on. Where every row of a file is
 * wanted, that is the batch's own file; else the wanted rows are written as a new blob.
 */
@ApplicationScoped
public class DatasetAssembler {
  private static final Logger LOG = Logger.getLogger(DatasetAssembler.class);

  private static final String LOST =
      "%s; if batch %s is lost for good, POST /v1/loops/%s/batches/%s/set-aside lets the loop train on the others";

  private final ObjectStore store;

  public DatasetAssembler(ObjectStore store) {
    this.store = store;
  }

  /** Files of one form and split, and how many rows they hold together. */
  public record Files(List<RunSpec.Dataset> datasets, int examples) {
    public Files {
      datasets = List.copyOf(datasets);
    }
  }

  /** What is wanted of a batch's file; of the rest of its rows nothing is kept. */
  private record Part(Batch batch, BatchFile file, int rows, Set<String> wanted) {}

  /**
   * Opens batches newest first until there is no room left, and holds the rows of one at a time:
   * all standing batches of a loop may be more than memory has room for.
   *
   * @param withdrawn example ids to leave out
   * @param cap rows over all batches
   * @throws CorruptBatchException when a digest does not fit; nothing was written then
   */
  public Files files(List<Batch> batches, Form form, Split split, Set<String> withdrawn, int cap) {
    ExampleSelection selection = new ExampleSelection(withdrawn, cap);
    List<Part> parts = new ArrayList<>();
    Iterator<Batch> newestFirst =
        batches.stream().sorted(Comparator.comparingLong(Batch::sequence).reversed()).iterator();
    while (selection.hasRoom() && newestFirst.hasNext()) {
      Batch batch = newestFirst.next();
      manifest(batch)
          .file(form, split)
          .map(file -> part(batch, file, selection))
          .filter(part -> !part.wanted().isEmpty())
          .ifPresent(parts::addFirst);
    }
    return new Files(
        parts.stream().map(part -> dataset(part, form)).toList(),
        parts.stream().mapToInt(part -> part.wanted().size()).sum());
  }

  private Part part(Batch batch, BatchFile file, ExampleSelection selection) {
    List<Row> rows = new ArrayList<>();
    forEachLine(batch, file, (row, _) -> rows.add(row));
    return new Part(batch, file, rows.size(), selection.take(rows));
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

  private void forEachLine(Batch batch, BatchFile file, BiConsumer<Row, byte[]> consumer) {
    try {
      byte[] bytes = verified(batch, file);
      int start = 0;
      for (int i = 0; i <= bytes.length; i++) {
        if (i == bytes.length || bytes[i] == '\n') {
          if (i > start) {
            byte[] line = Arrays.copyOfRange(bytes, start, i);
            consumer.accept(row(line), line);
          }
          start = i + 1;
        }
      }
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

  private static Row row(byte[] line) throws IOException {
    JsonNode row = Json.mapper().readTree(line);
    JsonNode id = row.get("id");
    if (id == null || !id.isTextual()) {
      throw new IOException("a row has no id");
    }
    return new Row(id.asText(), row.path("sampleWeight").asDouble(1.0));
  }

  private RunSpec.Dataset dataset(Part part, Form form) {
    BatchFile file = part.file();
    if (part.wanted().size() == part.rows()) {
      return new RunSpec.Dataset(store.uri(file.blob()).toString(), file.sha256(), form);
    }
    ByteArrayOutputStream rows = new ByteArrayOutputStream();
    forEachLine(
        part.batch(),
        file,
        (row, line) -> {
          if (part.wanted().contains(row.exampleId())) {
            rows.writeBytes(line);
            rows.write('\n');
          }
        });
    StoredObject blob = store.putBlob(rows.toByteArray());
    return new RunSpec.Dataset(blob.uri().toString(), blob.sha256(), form);
  }
}
