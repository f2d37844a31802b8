package dev.whetstone.client.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whetstone.client.RemedyException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoopFileTest {
  @TempDir private Path folder;

  @Test
  void shouldMakeRelativeUrisAbsolute() throws IOException {
    Path file =
        write(
            "metadata: {tenant: t, name: n}\nspec: {baseModel: {uri: base},"
                + " other: {uri: 'hf://org/model'}, list: [{uri: a/b.jsonl}]}\n");

    LoopFile loop = LoopFile.read(file);

    assertThat(loop.content().at("/spec/baseModel/uri").asText())
        .isEqualTo("file://" + folder.resolve("base"));
    assertThat(loop.content().at("/spec/other/uri").asText()).isEqualTo("hf://org/model");
    assertThat(loop.content().at("/spec/list/0/uri").asText())
        .isEqualTo("file://" + folder.resolve("a/b.jsonl"));
  }

  @Test
  void shouldOmitTheTrailingSlashOfFolders() throws IOException {
    Files.createDirectory(folder.resolve("base"));
    Path file = write("metadata: {tenant: t, name: n}\nspec: {baseModel: {uri: base}}\n");

    assertThat(LoopFile.read(file).content().at("/spec/baseModel/uri").asText()).endsWith("/base");
  }

  @Test
  void shouldNameTheMalformedLine() throws IOException {
    Path file = write("metadata:\n  tenant: [demo\n");

    assertThatThrownBy(() -> LoopFile.read(file))
        .isInstanceOf(RemedyException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("fix line");
  }

  @Test
  void shouldRefuseADuplicateKey() throws IOException {
    Path file = write("metadata: {tenant: t, name: n}\nspec: {profile: fast, profile: cautious}\n");

    assertThatThrownBy(() -> LoopFile.read(file))
        .isInstanceOf(RemedyException.class)
        .hasMessageContaining("'profile'");
  }

  @Test
  void shouldEncodeFolderNamesInUris() throws IOException {
    Path odd = Path.of(URI.create(folder.toUri() + "mein%20Ordner%20%C3%A9%25"));
    Files.createDirectory(odd);
    Path file = odd.resolve("loop.yaml");
    Files.writeString(file, "metadata: {tenant: t, name: n}\nspec: {baseModel: {uri: base}}\n");

    String uri = LoopFile.read(file).content().at("/spec/baseModel/uri").asText();

    assertThat(Path.of(URI.create(uri))).isEqualTo(odd.resolve("base"));
  }

  @Test
  void shouldRequireATenantAndAName() throws IOException {
    Path file = write("metadata: {tenant: t}\n");

    assertThatThrownBy(() -> LoopFile.read(file)).hasMessageContaining("/metadata/name");
  }

  @Test
  void shouldRefuseAnInvalidName() throws IOException {
    Path file = write("metadata: {tenant: t, name: Support Bot}\n");

    assertThatThrownBy(() -> LoopFile.read(file))
        .hasMessageContaining("/metadata/name: 'Support Bot'")
        .hasMessageContaining("starting with a letter");
  }

  @Test
  void shouldReadTheLoopFileOfTheDemo() {
    LoopFile loop = LoopFile.read(Path.of("../../deploy/local/demo/loop.yaml"));

    assertThat(loop.tenant()).isEqualTo("demo");
    assertThat(loop.content().at("/spec/evaluation/suites")).isNotEmpty();
    loop.content()
        .at("/spec/evaluation/suites")
        .forEach(suite -> assertThat(Path.of(URI.create(suite.path("uri").asText()))).exists());
  }

  private Path write(String text) throws IOException {
    return Files.writeString(folder.resolve("loop.yaml"), text);
  }
}
