package dev.whetstone.kit.tenant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whetstone.kit.store.ArtifactResolver;
import dev.whetstone.kit.store.file.FileScheme;
import dev.whetstone.kit.store.s3.S3Scheme;
import dev.whetstone.kit.store.s3.TestS3Config;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InputFoldersTest {
  @TempDir Path root;
  private Path own;
  private Path shared;
  private Path foreign;
  private Path store;
  private InputFolders folders;

  @BeforeEach
  void files() throws IOException {
    own = Files.createDirectories(root.resolve("acme"));
    shared = Files.createDirectories(root.resolve("models/base"));
    foreign = Files.createDirectories(root.resolve("other"));
    store = Files.createDirectories(own.resolve("store/blobs"));
    for (Path folder : List.of(own, shared, foreign, store)) {
      Files.writeString(folder.resolve("a.jsonl"), "{}\n");
    }
    folders =
        InputFolders.of(
            tenant -> tenant.equals("acme") ? List.of(own) : List.of(),
            List.of(root.resolve("models")),
            own.resolve("store"));
  }

  @Test
  void shouldAllowTheTenantsFoldersAndTheSharedOnes() throws IOException {
    assertThat(folders.require("acme", own.resolve("a.jsonl")))
        .isEqualTo(own.resolve("a.jsonl").toRealPath());
    assertThat(folders.require("acme", own.resolve("not-there/yet.jsonl")))
        .isEqualTo(own.toRealPath().resolve("not-there/yet.jsonl"));
    assertThat(folders.require("beta", shared.resolve("a.jsonl"))).exists();
    assertThat(folders.require("acme", URI.create("hf://org/name"))).isEmpty();
  }

  @Test
  void shouldRefuseEveryOtherPathWithTheSameWords() throws IOException {
    Path link = Files.createSymbolicLink(own.resolve("link"), foreign);
    Path dangling = Files.createSymbolicLink(own.resolve("dangling"), foreign.resolve("none"));
    List<Path> refused =
        List.of(
            foreign.resolve("a.jsonl"),
            foreign.resolve("none.jsonl"),
            own.resolve("../other/a.jsonl"),
            link.resolve("a.jsonl"),
            link.resolve("none.jsonl"),
            dangling,
            root.resolve("acme-other/a.jsonl"),
            Path.of("/proc/self/environ"),
            Path.of("/none/at/all"));

    assertThat(refused)
        .allSatisfy(
            path ->
                assertThatThrownBy(() -> folders.require("acme", path))
                    .isInstanceOf(InputRefusedException.class)
                    .hasMessage(
                        "a path below one of %s, %s, set by whetstone.inputs.acme or whetstone.shared-inputs, and never in the object store",
                        own, root.resolve("models")));
  }

  @Test
  void shouldNeverAllowTheObjectStore() throws IOException {
    Path link = Files.createSymbolicLink(own.resolve("blobs"), store);

    assertThatThrownBy(() -> folders.require("acme", store.resolve("a.jsonl")))
        .hasMessageContaining("never in the object store");
    assertThatThrownBy(() -> folders.require("acme", link.resolve("a.jsonl")))
        .hasMessageContaining("never in the object store");
  }

  @Test
  void shouldAllowNothingWithoutADeclaredFolder() {
    InputFolders none = InputFolders.of(tenant -> List.of(), List.of(), null);

    assertThatThrownBy(() -> none.require("beta", own.resolve("a.jsonl")))
        .hasMessageContaining("(none is declared), set by whetstone.inputs.beta");
  }

  @Test
  void shouldRefuseADirectoryWithALinkThatLeadsOut() throws IOException {
    assertThat(folders.requireDirectory("acme", shared, 10)).isEqualTo(shared.toRealPath());
    Files.createSymbolicLink(shared.resolve("weights"), foreign.resolve("a.jsonl"));

    assertThatThrownBy(() -> folders.requireDirectory("acme", shared, 10))
        .isInstanceOf(InputRefusedException.class);
  }

  @Test
  void shouldFollowADeclaredFolderThatIsALink() throws IOException {
    Path link = Files.createSymbolicLink(root.resolve("mounted"), own);
    InputFolders mounted = InputFolders.of(tenant -> List.of(link), List.of(), null);

    assertThat(mounted.require("acme", link.resolve("a.jsonl")))
        .isEqualTo(own.resolve("a.jsonl").toRealPath());
  }

  private InputFolders withBuckets() {
    TestS3Config config = new TestS3Config(URI.create("http://127.0.0.1:9"), root.resolve("s3"));
    return InputFolders.of(
        tenant -> tenant.equals("acme") ? List.of(own.toString(), "s3://data/acme/") : List.of(),
        List.of("s3://models/b%61se"),
        Optional.of(URI.create("s3://data/acme/store")),
        new ArtifactResolver(List.of(new FileScheme(), new S3Scheme(config, name -> "key"))));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "s3://data/acme/suite.jsonl",
        "s3://data/acme/a/b/",
        "s3://data/acm%65/suite.jsonl",
        "s3://models/base",
        "s3://models/base/tokenizer.json",
        "hf://org/name"
      })
  void shouldAllowWhatLiesBelowADeclaredPrefix(String uri) {
    assertThat(withBuckets().require("acme", URI.create(uri))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "s3://data/other/suite.jsonl",
        "s3://data/acme-other/suite.jsonl",
        "s3://data",
        "s3://data/suite.jsonl",
        "s3://other/acme/suite.jsonl",
        "s3://models/base-2/config.json",
        "s3://data/acme",
        "s3://data/acme/store",
        "s3://data/acme/store/blobs/0",
        "s3://data/acme/st%6Fre/blobs/0",
        "S3://data/acme/store/blobs/0"
      })
  void shouldRefuseEveryOtherPlaceInABucketAndTheStore(String uri) {
    assertThatThrownBy(() -> withBuckets().require("acme", URI.create(uri)))
        .isInstanceOf(InputRefusedException.class)
        .hasMessage(
            "a path below one of %s, s3://data/acme, s3://models/base, set by whetstone.inputs.acme or whetstone.shared-inputs, and never in the object store",
            own);
  }

  @Test
  void shouldRefuseAUriThatLeadsElsewhere() {
    for (String uri : List.of("s3://data/acme/../other/x", "s3://data/acme/%2e%2e/other/x")) {
      assertThatThrownBy(() -> withBuckets().require("acme", URI.create(uri)))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(
            () -> withBuckets().require("beta", URI.create("s3://data/acme/suite.jsonl")))
        .isInstanceOf(InputRefusedException.class);
  }

  @Test
  void shouldNameAPlaceThatIsNone() {
    InputFolders wrong =
        InputFolders.of(
            tenant -> List.of("ftp://host/x"), List.of(), Optional.empty(), FileScheme.resolver());
    assertThatThrownBy(() -> wrong.rule("acme"))
        .hasMessageContaining("'ftp://host/x' in whetstone.inputs.<tenant>");
  }
}
