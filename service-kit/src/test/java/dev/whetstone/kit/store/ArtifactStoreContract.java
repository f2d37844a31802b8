package dev.whetstone.kit.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whetstone.kit.json.ContentDigests;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every artifact scheme must do; a scheme's test extends this and gives it an empty store. */
public abstract class ArtifactStoreContract {
  /** Larger than any buffer, so that an object is not passed on in one piece. */
  private static final int LARGE = 20 << 20;

  private ArtifactResolver artifacts;
  private ObjectStore store;

  /** Before each test, ahead of everything else. */
  protected void prepare() throws Exception {}

  /** Resolves the scheme. */
  protected abstract ArtifactResolver artifacts();

  /** The URI of a store that holds nothing yet. */
  protected abstract URI emptyStore() throws Exception;

  /** Replaces an object's bytes behind the store's back. */
  protected abstract void damage(URI object, byte[] bytes) throws Exception;

  @BeforeEach
  void openStore() throws Exception {
    prepare();
    artifacts = artifacts();
    store = artifacts.openStore(emptyStore());
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private List<String> keys(String prefix) {
    return store.list(prefix).map(ObjectPage.Entry::key).toList();
  }

  @Test
  void shouldReadBackWhatWasPut() throws IOException {
    StoredObject stored = store.putBlob(bytes("hello"));

    assertThat(stored.key()).isEqualTo("blobs/" + ContentDigests.sha256("hello"));
    assertThat(stored.bytes()).isEqualTo(5);
    assertThat(store.readVerified(stored.key(), stored.sha256())).isEqualTo(bytes("hello"));
    assertThat(store.size(stored.key())).hasValue(5);
    assertThat(store.key(stored.uri())).isEqualTo(stored.key());
    try (InputStream in = store.open(stored.key())) {
      assertThat(in.readAllBytes()).isEqualTo(bytes("hello"));
    }
  }

  @Test
  void shouldStoreAnEmptyObject() {
    StoredObject stored = store.put("empty", new byte[0]);
    assertThat(store.exists("empty")).isTrue();
    assertThat(store.size("empty")).hasValue(0);
    assertThat(store.readVerified("empty", stored.sha256())).isEmpty();
  }

  @Test
  void shouldStoreContentFromAStreamAFileAndAWriter(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "from a file");
    store.put("file", ObjectContent.of(file));
    store.put("stream", ObjectContent.of(new ByteArrayInputStream(bytes("from a stream"))));
    store.put("rows", ObjectContent.jsonLines(List.of(Map.of("id", "a"), Map.of("id", "b"))));

    assertThat(store.read("file")).isEqualTo(bytes("from a file"));
    assertThat(store.read("stream")).isEqualTo(bytes("from a stream"));
    assertThat(store.read("rows")).isEqualTo(bytes("{\"id\":\"a\"}\n{\"id\":\"b\"}\n"));
  }

  @Test
  void shouldStoreAndReadALargeObjectAsAStream() {
    byte[] block = new byte[1 << 10];
    StoredObject stored =
        store.putBlob(
            out -> {
              for (int i = 0; i < LARGE; i += block.length) {
                out.write(block);
              }
            });

    VerifiedRead<Long> read =
        store.readVerified(stored.key(), stored.sha256(), in -> in.skip(3) + in.read());

    assertThat(stored.bytes()).isEqualTo(LARGE);
    assertThat(read.bytes()).isEqualTo(LARGE);
    assertThat(read.value()).isEqualTo(3);
  }

  @Test
  void shouldRefuseToReadALargeObjectWhole() {
    StoredObject stored = store.put("large", ObjectContent.of(new byte[LARGE]));

    assertThatThrownBy(() -> store.read("large"))
        .isInstanceOf(ObjectTooLargeException.class)
        .hasMessageContaining("object large is larger than the limit of 16777216 bytes");
    assertThatThrownBy(() -> store.readVerified("large", stored.sha256()))
        .isInstanceOf(ObjectTooLargeException.class);
  }

  @Test
  void shouldAcceptTheSameBytesAgainAndRefuseOthers() {
    StoredObject first = store.put("a/b", bytes("one"));
    assertThat(store.put("a/b", bytes("one"))).isEqualTo(first);

    assertThatThrownBy(() -> store.put("a/b", bytes("two")))
        .isInstanceOf(ObjectConflictException.class)
        .hasMessageContaining("object a/b already exists with other bytes");
    assertThat(store.read("a/b")).isEqualTo(bytes("one"));
  }

  @Test
  void shouldStoreNothingWhenTheContentFails() {
    ObjectContent broken =
        out -> {
          out.write(bytes("half"));
          throw new IOException("the source ended");
        };
    assertThatThrownBy(() -> store.put("a", broken))
        .isInstanceOf(ObjectStoreException.class)
        .hasMessageContaining("the source ended");
    assertThatThrownBy(() -> store.putBlob(broken)).isInstanceOf(ObjectStoreException.class);
    assertThat(keys("")).isEmpty();
  }

  @Test
  @DisplayName("I6: an object with other bytes than its digest names is refused")
  void shouldRefuseCorruptObjects() throws Exception {
    StoredObject stored = store.putBlob(bytes("hello\nworld\n"));
    damage(stored.uri(), bytes("hello\nworlb\n"));
    List<String> lines = new ArrayList<>();

    assertThatThrownBy(() -> store.readVerified(stored.key(), stored.sha256()))
        .isInstanceOf(CorruptObjectException.class)
        .hasMessageContaining(stored.key())
        .hasMessageContaining(stored.sha256());
    assertThatThrownBy(
            () ->
                store.forEachLine(
                    stored.key(),
                    stored.sha256(),
                    (_, line) -> lines.add(new String(line, StandardCharsets.UTF_8))))
        .isInstanceOf(CorruptObjectException.class);
    assertThatThrownBy(() -> store.putBlob(bytes("hello\nworld\n")))
        .isInstanceOf(ObjectConflictException.class);
  }

  /** What a reader trips over in a corrupt object is not the cause. */
  @Test
  void shouldReportTheDigestRatherThanWhatTheReaderTrippedOver() throws Exception {
    StoredObject stored = store.putBlob(bytes("one\ntwo\nthree\n"));
    ObjectLines.Consumer strict =
        (number, line) -> {
          throw new UncheckedIOException(new IOException("line " + number + " is not JSON"));
        };
    assertThatThrownBy(() -> store.forEachLine(stored.key(), stored.sha256(), strict))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("line 1 is not JSON");

    damage(stored.uri(), bytes("one\ntwo\nthr33\n"));

    assertThatThrownBy(() -> store.forEachLine(stored.key(), stored.sha256(), strict))
        .isInstanceOf(CorruptObjectException.class);
  }

  @Test
  void shouldPassOnLinesWithTheirNumbers() {
    StoredObject stored = store.putBlob(bytes("one\n\n  \r\nfour\nlast, without a line end"));
    Map<Integer, String> lines = new TreeMap<>();

    store.forEachLine(
        stored.key(),
        stored.sha256(),
        (number, line) -> lines.put(number, new String(line, StandardCharsets.UTF_8)));

    assertThat(lines)
        .containsExactlyEntriesOf(
            new TreeMap<>(Map.of(1, "one", 4, "four", 5, "last, without a line end")));
  }

  @Test
  void shouldRefuseALineThatNeverEnds() {
    StoredObject stored =
        store.putBlob(
            out -> {
              for (int i = 0; i <= ObjectLines.MAX_LINE_BYTES; i += LARGE) {
                out.write(new byte[LARGE]);
              }
            });
    assertThatThrownBy(() -> store.forEachLine(stored.key(), stored.sha256(), (_, _) -> {}))
        .isInstanceOf(ObjectTooLargeException.class)
        .hasMessageContaining("line 1 of " + stored.key());
  }

  @Test
  void shouldListAPrefixInTheOrderOfTheKeys() {
    for (String key : List.of("runs/10/b", "runs/1/a", "runs/1/c/d", "runs/1-x", "other")) {
      store.put(key, bytes(key));
    }
    assertThat(keys("runs/1/")).containsExactly("runs/1/a", "runs/1/c/d");
    assertThat(keys("runs/1")).containsExactly("runs/1-x", "runs/1/a", "runs/1/c/d", "runs/10/b");
    assertThat(keys("")).hasSize(5).isSorted();
    assertThat(keys("nothing/")).isEmpty();
    assertThat(store.list("runs/10/")).containsExactly(new ObjectPage.Entry("runs/10/b", 9));
  }

  @Test
  void shouldListInPages() {
    for (int i = 0; i < 5; i++) {
      store.put("page/" + i, bytes("x"));
    }
    ObjectPage first = store.list("page/", "", 2);
    ObjectPage second = store.list("page/", String.valueOf(first.next()), 2);
    ObjectPage last = store.list("page/", String.valueOf(second.next()), 2);

    assertThat(first.entries())
        .extracting(ObjectPage.Entry::key)
        .containsExactly("page/0", "page/1");
    assertThat(second.entries())
        .extracting(ObjectPage.Entry::key)
        .containsExactly("page/2", "page/3");
    assertThat(last.entries()).extracting(ObjectPage.Entry::key).containsExactly("page/4");
    assertThat(last.next()).isNull();
  }

  @Test
  void shouldDeleteAnObjectAndAcceptThatItIsGone() {
    store.put("a/b", bytes("x"));
    store.delete("a/b");
    store.delete("a/b");

    assertThat(store.exists("a/b")).isFalse();
    assertThat(store.size("a/b")).isEmpty();
    assertThatThrownBy(() -> store.read("a/b"))
        .isInstanceOf(ObjectStoreException.class)
        .hasMessageContaining("a/b is not in the store");
    assertThat(store.put("a/b", bytes("other")).bytes()).isEqualTo(5);
  }

  @Test
  void shouldNotLeaveTheStore() {
    assertThatThrownBy(() -> store.read("../secret")).hasMessageContaining("leaves the store");
    assertThatThrownBy(() -> store.put("../secret", bytes("x")))
        .hasMessageContaining("leaves the store");
    assertThatThrownBy(() -> store.key(URI.create("file:///etc/passwd")))
        .hasMessageContaining("not in this store");
    assertThatThrownBy(() -> store.key(URI.create("ftp://host/object")))
        .hasMessageContaining("not in this store");
  }

  @Test
  void shouldLetManyWritersOfTheSameBlobAllSucceed() throws Exception {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<StoredObject>> writers =
          IntStream.range(0, 50)
              .<Callable<StoredObject>>mapToObj(_ -> () -> store.putBlob(bytes("same")))
              .toList();
      for (var done : threads.invokeAll(writers)) {
        assertThat(store.read(done.get().key())).isEqualTo(bytes("same"));
      }
    }
    assertThat(keys("")).hasSize(1);
  }

  @Test
  void shouldLetOneOfManyWritersOfOneKeyWin() throws Exception {
    int winners = 0;
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<Boolean>> writers =
          IntStream.range(0, 20)
              .<Callable<Boolean>>mapToObj(i -> () -> wins("writer " + i))
              .toList();
      for (var done : threads.invokeAll(writers)) {
        winners += done.get() ? 1 : 0;
      }
    }
    assertThat(winners).isEqualTo(1);
  }

  private boolean wins(String text) {
    try {
      store.put("contended", bytes(text));
      return true;
    } catch (ObjectConflictException e) {
      return false;
    }
  }

  @Test
  void shouldResolveAnObjectByItsUri() throws IOException {
    StoredObject stored = store.put("suites/golden set.jsonl", bytes("{\"id\":\"é\"}\n"));
    Artifact artifact = artifacts.resolve(stored.uri());

    assertThat(artifact.uri()).isEqualTo(stored.uri());
    assertThat(artifact.size()).hasValue(stored.bytes());
    assertThat(artifact.sha256()).isEqualTo(stored.sha256());
    assertThat(Files.readString(artifact.localPath())).isEqualTo("{\"id\":\"é\"}\n");
    List<String> lines = new ArrayList<>();
    assertThat(
            artifact.forEachLine(
                null, 100, (_, line) -> lines.add(new String(line, StandardCharsets.UTF_8))))
        .isEqualTo(stored.sha256());
    assertThat(lines).containsExactly("{\"id\":\"é\"}");
    assertThatThrownBy(() -> artifact.forEachLine(null, 3, (_, _) -> {}))
        .isInstanceOf(ObjectTooLargeException.class);
    assertThatThrownBy(() -> artifact.forEachLine("0".repeat(64), 100, (_, _) -> {}))
        .isInstanceOf(CorruptObjectException.class);
  }

  @Test
  void shouldResolveADirectoryByItsUri() throws Exception {
    store.put("base/config.json", bytes("{}"));
    StoredObject tokenizer = store.put("base/tokenizer/tokenizer.json", bytes("[]"));
    Artifact directory = artifacts.resolve(store.uri("base/"));
    String before = directory.changeMarker();

    assertThat(directory.size()).isEmpty();
    assertThat(directory.directorySha256())
        .isEqualTo(ContentDigests.directory(directory.localPath()));
    assertThat(Files.readString(directory.localPath().resolve("tokenizer/tokenizer.json")))
        .isEqualTo("[]");
    assertThat(directory.changeMarker()).isEqualTo(before);

    damage(tokenizer.uri(), bytes("[ ]"));
    assertThat(directory.changeMarker()).isNotEqualTo(before);
  }

  @Test
  void shouldReadASingleFileOfADirectory() throws IOException {
    store.put("base/config.json", bytes("{}"));
    store.put("base/tokenizer/tokenizer.json", bytes("[]"));
    store.put("base-other/config.json", bytes("{}"));
    Artifact directory = artifacts.resolve(store.uri("base/"));

    assertThat(directory.files(10)).containsExactly("config.json", "tokenizer/tokenizer.json");
    assertThat(directory.files(1)).hasSize(1);
    assertThat(directory.child("config.json").read()).isEqualTo(bytes("{}"));
    assertThat(directory.child("tokenizer/tokenizer.json").localPath()).hasContent("[]");
    assertThat(directory.child("none").size()).isEmpty();
    assertThat(artifacts.resolve(store.uri("nothing/")).files(10)).isEmpty();
  }

  @Test
  void shouldGiveEveryUriOneSpelling() {
    URI object = store.uri("a b/ü");
    assertThat(artifacts.canonical(object)).contains(object);
    assertThat(artifacts.canonical(URI.create(object + "/"))).contains(object);
    assertThat(artifacts.resolve(URI.create(object + "/")).uri()).isEqualTo(object);
    assertThat(store.key(URI.create(object + "/"))).isEqualTo("a b/ü");
  }

  @Test
  void shouldNameAnArtifactThatIsGone() {
    Artifact gone = artifacts.resolve(store.uri("gone"));

    assertThat(gone.size()).isEmpty();
    assertThat(gone.changeMarker()).isNull();
    assertThatThrownBy(gone::open)
        .isInstanceOf(ObjectStoreException.class)
        .hasMessageContaining(gone.uri().toString());
    assertThatThrownBy(gone::directorySha256)
        .isInstanceOf(ObjectStoreException.class)
        .hasMessageContaining(gone.uri().toString());
  }
}
