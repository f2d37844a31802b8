package dev.whetstone.kit.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.kit.json.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The explanation of a loop file is itself a loop file with the same meaning. */
class LoopYamlTest {
  private static final Path GOLDEN = Path.of("src/test/resources/loop/explained.yaml");

  private static final String CAUTIOUS =
      """
      kind: Loop
      apiVersion: whetstone.dev/v1
      metadata: {name: support, tenant: acme}
      spec:
        serving: {endpoint: 'http://127.0.0.1:8000', baseName: '1e3'}
        profile: cautious
        systemPrompt: |
          You answer for the shop: be brief.
          # Never mention "prices".
        training:
          replay: [{uri: 's3://bucket/replay.jsonl'}]
          epochs: 6
          baseLearningRate: 2.0e-05
        evaluation:
          suites: [{name: golden, role: RETAIN, uri: 's3://bucket/golden.jsonl'}]
          gates: [{role: FRESH, minItems: 80}, {role: RETAIN}]
        curation: {joinWindow: P3D, languages: [en, 'no']}
        consent: {default: allow}
        baseModel: {uri: 'hf://acme/base'}
      """;

  private static LoopDeclaration read(String text, Path folder) {
    return LoopFileReader.read(text.getBytes(StandardCharsets.UTF_8), "loop.yaml", folder);
  }

  @Test
  void shouldKeepTheOrderOfTheFileAndNameTheOriginOfEveryOtherValue() throws IOException {
    assertThat(read(CAUTIOUS, Path.of("")).yaml()).isEqualTo(Files.readString(GOLDEN));
  }

  @Test
  void shouldDeclareTheSame() {
    LoopDeclaration declaration = read(CAUTIOUS, Path.of(""));
    LoopDeclaration again = read(declaration.yaml(), Path.of("/"));
    assertThat(again.spec()).isEqualTo(declaration.spec());
    assertThat(again.specSha256()).isEqualTo(declaration.specSha256());
  }

  @Test
  void shouldDeclareTheSameForPinnedFiles(@TempDir Path folder) throws IOException {
    Files.createDirectories(folder.resolve("base"));
    Files.writeString(folder.resolve("base/config.json"), "{}");
    Files.writeString(folder.resolve("base/chat_template.jinja"), "{{ messages }}");
    Files.writeString(folder.resolve("golden.jsonl"), "{}\n");
    LoopDeclaration declaration =
        read(
            CAUTIOUS
                .replace("hf://acme/base", "base")
                .replace("s3://bucket/golden.jsonl", "golden.jsonl"),
            folder);
    assertThat(declaration.yaml()).containsPattern("chatTemplateSha256: .+ # computed");
    assertThat(read(declaration.yaml(), Path.of("/")).specSha256())
        .isEqualTo(declaration.specSha256());
  }

  @ParameterizedTest
  @ValueSource(strings = {"\u0085", "\u2028", "\u2029"})
  void shouldReadALineBreakOfYamlInsideAJsonString(String lineBreak) {
    String prompt = "yes" + lineBreak + "--- no" + lineBreak + lineBreak + " more";
    LoopDeclaration declaration = read(declaring(prompt, "yes"), Path.of("/"));
    assertThat(declaration.spec().spec().systemPrompt()).isEqualTo(prompt);
    assertThat(read(declaration.yaml(), Path.of("/")).spec()).isEqualTo(declaration.spec());
  }

  @Property(tries = 300)
  void shouldDeclareTheSameForAnyText(
      @ForAll("texts") String prompt, @ForAll("texts") String name) {
    LoopDeclaration declaration = read(declaring(prompt, name), Path.of("/"));
    assertThat(read(declaration.yaml(), Path.of("/")).spec()).isEqualTo(declaration.spec());
  }

  private static String declaring(String prompt, String name) {
    return new String(
        Json.write(
            Map.of(
                "apiVersion",
                "whetstone.dev/v1",
                "kind",
                "Loop",
                "metadata",
                Map.of("tenant", "acme", "name", "support"),
                "spec",
                Map.of(
                    "systemPrompt",
                    prompt,
                    "consent",
                    Map.of("default", "allow"),
                    "baseModel",
                    Map.of("uri", "hf://acme/base"),
                    "curation",
                    Map.of("mustCover", new String[] {name, prompt}),
                    "serving",
                    Map.of("endpoint", "http://a:1", "baseName", name)))),
        StandardCharsets.UTF_8);
  }

  @Provide
  Arbitrary<String> texts() {
    Arbitrary<String> piece =
        Arbitraries.of(
            "yes",
            "null",
            "~",
            "1e5",
            "0x1F",
            "12:30",
            "1_0",
            "2024-01-01",
            "P7D",
            "# x",
            ": ",
            "- ",
            " ",
            "\n",
            "\t",
            "'",
            "\"",
            "\\",
            "%",
            "@a",
            "{",
            "}",
            "[",
            "]",
            ",",
            "é",
            "日本",
            "\u0085",
            "\u2028",
            "😀",
            "|",
            ">",
            "&a",
            "*a",
            "!b",
            "0.5",
            "---",
            "...",
            "\r\n",
            "word");
    return Combinators.combine(piece, piece.list().ofMaxSize(6))
        .as((first, rest) -> first + String.join("", rest));
  }
}
