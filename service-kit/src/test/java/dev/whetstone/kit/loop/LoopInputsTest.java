package dev.whetstone.kit.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.kit.json.ContentDigests;
import dev.whetstone.kit.tenant.AllowedEndpoints;
import dev.whetstone.kit.tenant.InputFolders;
import dev.whetstone.kit.tenant.TenantLimits;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a declaration may point at. */
class LoopInputsTest {
  private static final String TEMPLATE = "{{ messages }}";

  @TempDir Path folder;
  private Path base;

  @BeforeEach
  void baseModel() throws IOException {
    base = Files.createDirectories(folder.resolve("base"));
    Files.writeString(base.resolve("config.json"), "{}");
    Files.writeString(base.resolve("chat_template.jinja"), TEMPLATE);
  }

  private static LoopSpec.Spec read(String baseUri, String section) {
    return read(baseUri, section, TenantLimits.unrestricted());
  }

  private static LoopSpec.Spec read(String baseUri, String section, TenantLimits limits) {
    String file =
        """
        apiVersion: whetstone.dev/v1
        kind: Loop
        metadata: {tenant: acme, name: support}
        spec:
          baseModel: {uri: '%s'}
          consent: {default: allow}
          serving: {endpoint: 'http://127.0.0.1:8000'}
          %s
        """
            .formatted(baseUri, section);
    return LoopFileReader.read(file.getBytes(StandardCharsets.UTF_8), "loop.yaml", null, limits)
        .spec()
        .spec();
  }

  private LoopSpec.BaseModel base() {
    return read(base.toUri().toString(), "").baseModel();
  }

  private static String suites(String uri) {
    return "evaluation: {suites: [{name: golden, role: RETAIN, uri: '%s'}]}".formatted(uri);
  }

  @ParameterizedTest
  @ValueSource(strings = {"mein%20Ordner%20%C3%A9%25", "mein%20Ordner%20é%25"})
  void shouldReadFilesInAFolderWhoseNameIsNoPlainUri(String name) throws IOException {
    Path odd = Path.of(URI.create(folder.toUri() + "mein%20Ordner%20%C3%A9%25"));
    Files.move(base, odd);
    Files.writeString(odd.resolve("golden.jsonl"), "{}\n");
    String uri = folder.toUri() + name;

    LoopSpec.Spec spec = read(uri, suites(uri + "/golden.jsonl"));

    assertThat(spec.baseModel().sha256()).isEqualTo(ContentDigests.directory(odd));
    assertThat(Path.of(URI.create(spec.baseModel().uri()))).isEqualTo(odd);
    assertThat(Path.of(URI.create(spec.evaluation().suites().getFirst().uri())))
        .isEqualTo(odd.resolve("golden.jsonl"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"file:base", "file://", "file://elsewhere/base", "file:///a b", "file:///a%00"})
  void shouldRefuseAUriThatNamesNoPath(String uri) {
    assertThatThrownBy(() -> read(uri, ""))
        .isInstanceOf(LoopFileException.class)
        .hasMessageContaining("/spec/baseModel/uri: '" + uri + "'; allowed: a URI");
  }

  @Test
  void shouldTellNothingAboutFilesOutsideOfTheTenantsFolders() throws IOException {
    Path secret = Files.writeString(folder.resolve("secret.jsonl"), "{}\n");
    TenantLimits limits =
        new TenantLimits(
            InputFolders.of(tenant -> List.of(base), List.of(), null),
            AllowedEndpoints.unrestricted());
    for (Path path : List.of(secret, folder.resolve("none.jsonl"))) {
      for (String section :
          new String[] {
            suites(path.toUri().toString()),
            "training: {replay: [{uri: '%s'}]}".formatted(path.toUri())
          }) {
        assertThatThrownBy(() -> read(base.toUri().toString(), section, limits))
            .isInstanceOf(LoopFileException.class)
            .hasMessageEndingWith(
                "/0/uri: '%s'; allowed: a path below one of %s, set by whetstone.inputs.acme or whetstone.shared-inputs, and never in the object store",
                path.toUri(), base)
            .hasMessageNotContaining(ContentDigests.sha256("{}\n"));
      }
    }
    assertThatThrownBy(() -> read(folder.toUri().toString(), "", limits))
        .hasMessageContaining("/spec/baseModel/uri")
        .hasMessageContaining("whetstone.inputs.acme");
    assertThat(read(base.toUri().toString(), "", limits).baseModel().sha256()).isNotNull();
  }

  @Test
  void shouldRefuseEndpointsAndKeysOutsideOfTheTenantsLimits() {
    TenantLimits limits =
        new TenantLimits(
            InputFolders.unrestricted(),
            AllowedEndpoints.of(List.of("loopback:8000"), Set.of(18084)));

    assertThatThrownBy(
            () ->
                read(
                    base.toUri().toString(),
                    "evaluation: {endpoint: 'http://169.254.169.254/latest'}",
                    limits))
        .hasMessageContaining(
            "/spec/evaluation/endpoint: 'http://169.254.169.254/latest (its host has a link-local address)'; allowed: a base URL")
        .hasMessageContaining("whetstone.endpoints.allow (loopback:8000)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"file:///dev/zero", "file:///dev/null", "file:///dev"})
  void shouldNotReadWhatIsNoFile(String uri) {
    for (String section :
        new String[] {suites(uri), "training: {replay: [{uri: '%s'}]}".formatted(uri)}) {
      assertThatThrownBy(() -> read(base.toUri().toString(), section))
          .isInstanceOf(LoopFileException.class)
          .hasMessageContaining("/0/uri: '" + URI.create(uri).getPath() + "'; allowed: a readable");
    }
  }

  @Test
  void shouldNotReadAFileThatIsTooLarge() throws IOException {
    Path large = folder.resolve("large.jsonl");
    try (RandomAccessFile sparse = new RandomAccessFile(large.toFile(), "rw")) {
      sparse.setLength(LoopInputs.MOST_FILE_BYTES + 1);
    }
    assertThatThrownBy(() -> read(base.toUri().toString(), suites(large.toUri().toString())))
        .hasMessageContaining("(268435457 bytes)'; allowed: a JSONL file of at most 268435456");
  }

  @Test
  void shouldNotReadAFolderThatIsNoModel() throws IOException {
    Files.delete(base.resolve("config.json"));
    assertThatThrownBy(this::base).hasMessageContaining("allowed: a directory with config.json");
    assertThatThrownBy(() -> read("file:///", "")).hasMessageContaining("with config.json");
  }

  @Test
  void shouldNotReadAFolderOfTooManyFiles() throws IOException {
    for (int i = 0; i < LoopInputs.MOST_BASE_FILES; i++) {
      Files.createFile(base.resolve("part-" + i));
    }
    assertThatThrownBy(this::base).hasMessageContaining("at most 1000 files");
  }

  @ParameterizedTest
  @CsvSource({"'{{ messages }}', false", "'{{ messages }}', true"})
  void shouldPinTheTemplateWhereverTheTokenizerFindsIt(String template, boolean inConfig)
      throws IOException {
    if (inConfig) {
      Files.delete(base.resolve("chat_template.jinja"));
    }
    config("{\"chat_template\": \"%s\"}".formatted(inConfig ? template : "another"));
    assertThat(base().chatTemplateSha256()).isEqualTo(ContentDigests.sha256(template));
  }

  @Test
  void shouldPinTheTextThatPythonReads() throws IOException {
    Files.writeString(base.resolve("chat_template.jinja"), "a\r\nb\rc\n");
    assertThat(base().chatTemplateSha256()).isEqualTo(ContentDigests.sha256("a\nb\nc\n"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"chat_template\": \"\"}",
        "{\"chat_template\": [{\"name\": \"default\", \"template\": \"x\"}]}",
        "not JSON"
      })
  void shouldRefuseABaseWithoutOneTemplate(String config) throws IOException {
    Files.delete(base.resolve("chat_template.jinja"));
    config(config);
    assertThatThrownBy(this::base)
        .isInstanceOf(LoopFileException.class)
        .hasMessageContaining("allowed: a base model with one chat template");
  }

  @Test
  void shouldRefuseABaseWithSeveralTemplates() throws IOException {
    Files.createDirectory(base.resolve("additional_chat_templates"));
    Files.writeString(base.resolve("additional_chat_templates/tool_use.jinja"), "x");
    assertThatThrownBy(this::base).hasMessageContaining("with one chat template");
  }

  private void config(String json) throws IOException {
    Files.writeString(base.resolve("tokenizer_config.json"), json);
  }
}
