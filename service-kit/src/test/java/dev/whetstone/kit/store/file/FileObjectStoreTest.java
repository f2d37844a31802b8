package dev.whetstone.kit.store.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whetstone.kit.store.ArtifactResolver;
import dev.whetstone.kit.store.ArtifactStoreContract;
import dev.whetstone.kit.store.ObjectPage;
import dev.whetstone.kit.store.ObjectStoreException;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code file://}: the contract, and what is peculiar to files. */
class FileObjectStoreTest extends ArtifactStoreContract {
  @TempDir Path folder;
  private FileObjectStore store;

  @BeforeEach
  void open() {
    store = new FileObjectStore(folder);
  }

  @Override
  protected ArtifactResolver artifacts() {
    return FileScheme.resolver();
  }

  @Override
  protected URI emptyStore() {
    return folder.toUri();
  }

  @Override
  protected void damage(URI object, byte[] bytes) throws IOException {
    Files.write(Path.of(object), bytes);
  }

  @Test
  void shouldNotListWhatIsBeingWritten() throws IOException {
    store.put("a", bytes("a"));
    Files.writeString(folder.resolve(".writing/put-1.tmp"), "half");
    assertThat(store.list("")).containsExactly(new ObjectPage.Entry("a", 1));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void shouldNameTheRemedyWhenWritingFails() throws IOException {
    Files.writeString(folder.resolve("blocked"), "a file where a folder must be");
    assertThatThrownBy(() -> store.put("blocked/object", bytes("x")))
        .isInstanceOf(ObjectStoreException.class)
        .hasMessageContaining("blocked/object")
        .hasMessageContaining("Free disk space");
    assertThat(Files.list(folder.resolve(".writing"))).isEmpty();
  }

  @Test
  void shouldDeleteFilesOfKilledWriters() throws IOException {
    Path old = Files.writeString(folder.resolve(".writing/put-1.tmp"), "half");
    Files.setLastModifiedTime(
        old, FileTime.from(Files.getLastModifiedTime(old).toInstant().minusSeconds(3_700)));
    Path young = Files.writeString(folder.resolve(".writing/put-2.tmp"), "half");

    var unused = new FileObjectStore(folder);

    assertThat(Files.list(folder.resolve(".writing"))).containsExactly(young);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void shouldNameTheRemedyOnAFileSystemWithoutLinks(boolean knownToJava) throws IOException {
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
  void shouldOpenInAFolderThatDoesNotExist() {
    FileObjectStore deep = new FileObjectStore(folder.resolve("not/there/yet"));
    assertThat(deep.read(deep.put("a/b/c", bytes("x")).key())).isEqualTo(bytes("x"));
  }
}
