package dev.whetstone.training.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.batch.BatchFile;
import dev.whetstone.contracts.batch.BatchManifest;
import dev.whetstone.contracts.batch.BatchState;
import dev.whetstone.contracts.batch.BatchTrigger;
import dev.whetstone.contracts.batch.Form;
import dev.whetstone.contracts.batch.Split;
import dev.whetstone.kit.json.Json;
import dev.whetstone.kit.store.ObjectContent;
import dev.whetstone.kit.store.ObjectPage;
import dev.whetstone.kit.store.ObjectStore;
import dev.whetstone.kit.store.ObjectStoreException;
import dev.whetstone.kit.store.StoredObject;
import dev.whetstone.kit.store.file.FileScheme;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a run trains on, read and copied as streams. */
class DatasetAssemblerTest {
  private static final LoopId LOOP = new LoopId("acme", "support");
  private static final int ROWS = 100;
  private static final int NO_CAP = 1_000;

  @TempDir Path folder;
  private ObjectStore store;
  private StoredObject rows;
  private Batch batch;

  @BeforeEach
  void storeABatch() {
    store = FileScheme.resolver().openStore(folder.toUri());
    rows = store.putBlob(ObjectContent.jsonLines(rows(ROWS)));
    batch = batch(rows, "support");
  }

  private static List<Map<String, Object>> rows(int count) {
    return IntStream.range(0, count)
        .<Map<String, Object>>mapToObj(i -> Map.of("id", "example-" + i, "text", "x".repeat(i)))
        .toList();
  }

  private Batch batch(StoredObject file, String loop) {
    BatchFile train =
        new BatchFile(
            "sft/train.jsonl",
            file.key(),
            Form.SFT,
            Split.TRAIN,
            file.bytes(),
            ROWS,
            file.sha256());
    BatchManifest manifest =
        new BatchManifest(
            1,
            "acme",
            loop,
            1,
            "spec",
            null,
            BatchTrigger.VOLUME,
            "cut",
            Map.of(),
            Map.of(),
            List.of(train));
    StoredObject stored = store.putBlob(Json.canonical(manifest));
    return new Batch(
        LOOP,
        stored.sha256(),
        1,
        stored.uri().toString(),
        "spec",
        Map.of(),
        BatchState.PENDING,
        null);
  }

  private DatasetAssembler.Files assemble(ObjectStore from, Set<String> withdrawn) {
    return new DatasetAssembler(from)
        .files(List.of(batch), Form.SFT, Split.TRAIN, withdrawn, NO_CAP, "runs/run-1/data/");
  }

  private long objects() {
    return store.list("").count();
  }

  @Test
  void shouldUseTheFileOfTheBatchWhenEveryRowIsWanted() {
    long before = objects();
    DatasetAssembler.Files files = assemble(store, Set.of());

    assertThat(files.examples()).isEqualTo(ROWS);
    assertThat(files.datasets())
        .singleElement()
        .satisfies(
            dataset -> {
              assertThat(dataset.uri()).isEqualTo(rows.uri().toString());
              assertThat(dataset.sha256()).isEqualTo(rows.sha256());
            });
    assertThat(objects()).isEqualTo(before);
  }

  @Test
  void shouldCopyTheWantedRowsByteByByte() throws IOException {
    DatasetAssembler.Files files = assemble(store, Set.of("example-0", "example-99"));

    List<String> original = Files.readAllLines(Path.of(rows.uri()));
    String uri = files.datasets().getFirst().uri();
    assertThat(files.examples()).isEqualTo(ROWS - 2);
    assertThat(Files.readAllLines(Path.of(URI.create(uri))))
        .isEqualTo(original.subList(1, ROWS - 1));
    assertThat(store.key(URI.create(uri))).startsWith("runs/run-1/data/");
    long objects = objects();
    assertThat(assemble(store, Set.of("example-0", "example-99"))).isEqualTo(files);
    assertThat(objects()).isEqualTo(objects);
    assertThat(assemble(store, Set.of("example-1")).datasets()).isNotEqualTo(files.datasets());
  }

  /** The rows before the damage are copied while the digest is still being computed. */
  @Test
  void shouldLeaveNoCopyOfACorruptFile() throws IOException {
    Path file = Path.of(rows.uri());
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length - 4] ^= 1;
    Files.write(file, bytes);
    long before = objects();

    assertThatThrownBy(() -> assemble(store, Set.of("example-0")))
        .isInstanceOf(CorruptBatchException.class)
        .hasMessageContaining(batch.batchId())
        .hasMessageContaining("sft/train.jsonl: object " + rows.key() + " is corrupt");
    assertThat(objects()).isEqualTo(before);
  }

  @Test
  void shouldNameTheFileWithARowThatHasNoId() {
    batch = batch(store.putBlob(ObjectContent.jsonLines(List.of(Map.of("a", "b")))), "support");

    assertThatThrownBy(() -> assemble(store, Set.of()))
        .isInstanceOf(CorruptBatchException.class)
        .hasMessageContaining("sft/train.jsonl: a row has no id");
  }

  @Test
  void shouldRefuseTheManifestOfAnotherLoop() {
    batch = batch(rows, "sales");

    assertThatThrownBy(() -> assemble(store, Set.of()))
        .isInstanceOf(CorruptBatchException.class)
        .hasMessageContaining("its manifest is of loop acme/sales");
  }

  /** A batch is withdrawn for good when it is corrupt, and must not be because of a full disk. */
  @Test
  void shouldNotBlameTheBatchForAFullDisk() {
    assertThatThrownBy(() -> assemble(new FullStore(store), Set.of("example-0")))
        .isInstanceOf(ObjectStoreException.class)
        .isNotInstanceOf(CorruptBatchException.class)
        .hasMessageContaining("no space left");
  }

  /** Reads from another store, and fails after the first kilobyte that is written. */
  private record FullStore(ObjectStore real) implements ObjectStore {
    @Override
    public StoredObject putBlob(ObjectContent content) {
      return real.putBlob(content);
    }

    @Override
    public StoredObject put(String key, ObjectContent content) {
      return real.put(
          key,
          out ->
              content.writeTo(
                  new OutputStream() {
                    private int written;

                    @Override
                    public void write(int one) throws IOException {
                      if (++written > 1024) {
                        throw new IOException("no space left");
                      }
                      out.write(one);
                    }
                  }));
    }

    @Override
    public InputStream open(String key) {
      return real.open(key);
    }

    @Override
    public OptionalLong size(String key) {
      return real.size(key);
    }

    @Override
    public ObjectPage list(String prefix, String after, int limit) {
      return real.list(prefix, after, limit);
    }

    @Override
    public void delete(String key) {
      real.delete(key);
    }

    @Override
    public URI uri(String key) {
      return real.uri(key);
    }

    @Override
    public String key(URI uri) {
      return real.key(uri);
    }
  }
}
