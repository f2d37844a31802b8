package dev.whetstone.kit.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FileObjectStoreTest {
  @TempDir Path folder;
  private FileObjectStore store;

  @BeforeEach
  void open() {
    store = new FileObjectStore(folder);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void shouldReadBackWhatWasPut() {
    StoredObject stored = store.putBlob(bytes("hello"));
    assertThat(stored.key()).isEqualTo("blobs/" + stored.sha256());
    assertThat(store.readVerified(stored.key(), stored.sha256())).isEqualTo(bytes("hello"));
    assertThat(store.key(stored.uri())).isEqualTo(stored.key());
  }

  @Test
  void shouldTakeTheSameBytesAgainAndRefuseOthers() {
    store.put("a/b", bytes("one"));
    store.put("a/b", bytes("one"));
    assertThatThrownBy(() -> store.put("a/b", bytes("two")))
        .isInstanceOf(ObjectStoreException.class)
        .hasMessageContaining("a/b");
    assertThat(store.read("a/b")).isEqualTo(bytes("one"));
  }

  @Test
  @DisplayName("I6: an object with other bytes than its digest names is refused")
  void shouldRefuseCorruptObjects() throws IOException {
    StoredObject stored = store.putBlob(bytes("hello"));
    Files.writeString(folder.resolve(stored.key()), "hellp");
    assertThatThrownBy(() -> store.readVerified(stored.key(), stored.sha256()))
        .isInstanceOf(CorruptObjectException.class)
        .hasMessageContaining(stored.key())
        .hasMessageContaining(stored.sha256());
  }

  @Test
  void shouldListByPrefixWithoutWhatIsBeingWritten() {
    store.put("runs/1/a", bytes("a"));
    store.put("runs/10/b", bytes("b"));
    assertThat(store.list("runs/1/")).containsExactly("runs/1/a");
    assertThat(store.list("")).containsExactly("runs/1/a", "runs/10/b");
  }

  @Test
  void shouldNotLeaveTheStore() {
    assertThatThrownBy(() -> store.read("../secret")).hasMessageContaining("leaves the store");
    assertThatThrownBy(() -> store.key(URI.create("file:///etc/passwd")))
        .hasMessageContaining("not in this store");
  }

  @Test
  void shouldLetManyWritersOfTheSameBlobAllSucceed() throws Exception {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<StoredObject>> writers =
          IntStream.range(0, 50)
              .<Callable<StoredObject>>mapToObj(i -> () -> store.putBlob(bytes("same")))
              .toList();
      for (var done : threads.invokeAll(writers)) {
        assertThat(store.read(done.get().key())).isEqualTo(bytes("same"));
      }
    }
    assertThat(store.list("")).hasSize(1);
  }

  @Test
  void shouldSayWhatToDoWhenWritingFails() throws IOException {
    Files.writeString(folder.resolve("blocked"), "a file where a folder must be");
    assertThatThrownBy(() -> store.put("blocked/object", bytes("x")))
        .isInstanceOf(ObjectStoreException.class)
        .hasMessageContaining("blocked/object")
        .hasMessageContaining("Free disk space");
    assertThat(Files.list(folder.resolve(".writing"))).isEmpty();
  }

  @Test
  void shouldSweepWhatKilledWritersLeft() throws IOException {
    Path old = Files.writeString(folder.resolve(".writing/put-1.tmp"), "half");
    Files.setLastModifiedTime(
        old, FileTime.from(Files.getLastModifiedTime(old).toInstant().minusSeconds(3_700)));
    Path young = Files.writeString(folder.resolve(".writing/put-2.tmp"), "half");

    var unused = new FileObjectStore(folder);

    assertThat(Files.list(folder.resolve(".writing"))).containsExactly(young);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void shouldSayWhatToDoOnAFileSystemWithoutLinks(boolean knownToJava) throws IOException {
    FileObjectStore withoutLinks =
        new FileObjectStore(
            folder,
            (name, existing) -> {
              if (knownToJava) {
                throw new UnsupportedOperationException();
              }
              throw new FileSystemException(
                  name.toString(), existing.toString(), "Operation not permitted");
            });
    assertThatThrownBy(() -> withoutLinks.put("a/b", bytes("x")))
        .isInstanceOf(ObjectStoreException.class)
        .hasMessageContaining(folder.toString())
        .hasMessageContaining("whetstone.store.uri");
    assertThat(Files.list(folder.resolve(".writing"))).isEmpty();
    assertThat(withoutLinks.exists("a/b")).isFalse();
  }

  @Test
  void shouldOpenInAFolderThatIsNotThereYet() {
    FileObjectStore deep = new FileObjectStore(folder.resolve("not/there/yet"));
    assertThat(deep.read(deep.put("a/b/c", bytes("x")).key())).isEqualTo(bytes("x"));
  }
}
