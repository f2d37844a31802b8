package dev.whetstone.training.batch;

import com.fasterxml.jackson.databind.JsonNode;
import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.batch.BatchFile;
import dev.whetstone.contracts.batch.BatchManifest;
import dev.whetstone.contracts.batch.Form;
import dev.whetstone.contracts.batch.Split;
import dev.whetstone.contracts.run.RunSpec;
import dev.whetstone.kit.json.ContentDigests;
import dev.whetstone.kit.json.Json;
import dev.whetstone.kit.store.CorruptObjectException;
import dev.whetstone.kit.store.ObjectStore;
import dev.whetstone.kit.store.ObjectStoreException;
import dev.whetstone.kit.store.ObjectTooLargeException;
import dev.whetstone.kit.store.StoredObject;
import dev.whetstone.training.plan.ExampleSelection;
import dev.whetstone.training.plan.ExampleSelection.Row;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * Chooses the files that a run trains on from verified rows of batches. Where every row of a file
 * is wanted, that is the batch's own file; else the wanted rows are copied to an object of the run.
 * Files are read as streams, and objects are stored outside of transactions.
 */
@ApplicationScoped
public class DatasetAssembler {
  private static final Logger LOG = Logger.getLogger(DatasetAssembler.class);

  private static final String LOST =
      "%s; if batch %s is lost for good, POST /v1/loops/%s/batches/%s/set-aside lets the loop train"
          + " on the others";

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

  /** The wanted rows of a batch's file. */
  private record Part(Batch batch, BatchFile file, int rows, Set<String> wanted) {}

  /**
   * Opens batches newest first until the cap is reached, and holds the ids of one batch at a time:
   * all standing batches of a loop can exceed the memory.
   *
   * @param withdrawn example ids to leave out
   * @param cap rows over all batches
   * @param folder where rows are copied to
   * @throws CorruptBatchException when a digest does not fit; no copy of that batch exists then
   */
  public Files files(
      List<Batch> batches, Form form, Split split, Set<String> withdrawn, int cap, String folder) {
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
        parts.stream().map(part -> dataset(part, form, folder)).toList(),
        parts.stream().mapToInt(part -> part.wanted().size()).sum());
  }

  private Part part(Batch batch, BatchFile file, ExampleSelection selection) {
    List<Row> rows = new ArrayList<>();
    forEachLine(batch, file, (row, _) -> rows.add(row));
    return new Part(batch, file, rows.size(), selection.take(rows));
  }

  /** The verified manifest of a batch. */
  public BatchManifest manifest(Batch batch) {
    String key = store.key(URI.create(batch.manifestUri()));
    return reading(
        batch,
        "",
        () -> {
          BatchManifest manifest =
              Json.read(store.readVerified(key, batch.batchId()), BatchManifest.class);
          if (!new LoopId(manifest.tenant(), manifest.loop()).equals(batch.loop())) {
            throw new UncheckedIOException(
                new IOException(
                    "its manifest is of loop " + manifest.tenant() + "/" + manifest.loop()));
          }
          return manifest;
        });
  }

  /**
   * The first batch whose bytes do not fit their digests, if there is one. A batch that cannot be
   * read is skipped: it may become readable again, and a withdrawal is final.
   */
  public Optional<CorruptBatchException> firstCorrupt(List<Batch> batches) {
    for (Batch batch : batches) {
      try {
        for (BatchFile file : manifest(batch).files()) {
          verify(batch, file);
        }
      } catch (CorruptBatchException e) {
        return Optional.of(e);
      } catch (ObjectStoreException e) {
        LOG.warnf("batch-unreadable batch=%s reason=%s", batch.batchId(), e.getMessage());
      }
    }
    return Optional.empty();
  }

  /** Takes a row and the bytes of its line. */
  @FunctionalInterface
  private interface RowConsumer {
    void accept(Row row, byte[] line);
  }

  /** The store does not accept the rows that are copied: no fault of the batch. */
  private static final class CopyException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final IOException reason;

    CopyException(IOException reason) {
      super(reason);
      this.reason = reason;
    }
  }

  /** One line is in memory at a time; the rows are of verified bytes once this returns. */
  private void forEachLine(Batch batch, BatchFile file, RowConsumer consumer) {
    boolean unused =
        reading(
            batch,
            file.path() + ": ",
            () -> {
              store.forEachLine(
                  file.blob(), file.sha256(), (_, line) -> consumer.accept(row(line), line));
              return true;
            });
  }

  private void verify(Batch batch, BatchFile file) {
    boolean unused =
        reading(
            batch,
            file.path() + ": ",
            () -> store.readVerified(file.blob(), file.sha256(), _ -> true).value());
  }

  /** Reads an object of a batch, and names the batch in every error. */
  private static <T> T reading(Batch batch, String place, Supplier<T> read) {
    try {
      return read.get();
    } catch (CorruptObjectException | ObjectTooLargeException | UncheckedIOException e) {
      throw new CorruptBatchException(batch.batchId(), place + e.getMessage(), e);
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

  private RunSpec.Dataset dataset(Part part, Form form, String folder) {
    BatchFile file = part.file();
    if (part.wanted().size() == part.rows()) {
      return new RunSpec.Dataset(store.uri(file.blob()).toString(), file.sha256(), form);
    }
    StoredObject copy = store.put(folder + copyName(part), out -> copyWanted(part, out));
    return new RunSpec.Dataset(copy.uri().toString(), copy.sha256(), form);
  }

  /** Named after what is copied, so that the same copy twice is the same object. */
  private static String copyName(Part part) {
    String wanted = part.wanted().stream().sorted().collect(Collectors.joining("\n"));
    return ContentDigests.sha256(part.file().sha256() + "\n" + wanted) + ".jsonl";
  }

  /** Copies row by row. When the digest does not fit in the end, the store discards the copy. */
  private void copyWanted(Part part, OutputStream out) throws IOException {
    try {
      forEachLine(
          part.batch(),
          part.file(),
          (row, line) -> {
            if (part.wanted().contains(row.exampleId())) {
              write(out, line);
            }
          });
    } catch (CopyException e) {
      throw e.reason;
    }
  }

  private static void write(OutputStream out, byte[] line) {
    try {
      out.write(line);
      out.write('\n');
    } catch (IOException e) {
      throw new CopyException(e);
    }
  }
}
