package dev.whetstone.chart;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.whetstone.contracts.loop.LoopSpec;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The CRD of Loop is that of the loop file's schema, and structural. */
class LoopDefinitionTest {
  private static final Path FILE = ChartFiles.CHART.resolve("files/loops.whetstone.dev.yaml");
  private final JsonNode loopFile = schema();
  private final ObjectNode definition = new LoopDefinition(loopFile).resource();
  private final JsonNode spec =
      definition.at("/spec/versions/0/schema/openAPIV3Schema/properties/spec");

  /** {@code -Dwhetstone.chart.write=true} writes it anew. */
  @Test
  void shouldBeMadeFromTheSchemaOfTheLoopFile() throws IOException {
    if (Boolean.getBoolean("whetstone.chart.write")) {
      Files.writeString(
          FILE,
          "# Made from contracts/src/main/resources/schemas/loop-spec.v1.json by LoopDefinitionTest.\n"
              + ChartFiles.YAML.writeValueAsString(definition).replaceFirst("^---\n", ""));
      return;
    }
    assertThat(ChartFiles.values("files/loops.whetstone.dev.yaml"))
        .as("write it anew with -Dwhetstone.chart.write=true")
        .isEqualTo(definition);
  }

  @Test
  void shouldBeStructural() {
    List<String> faults = new ArrayList<>();
    collect(spec, "/spec", faults);
    assertThat(faults).isEmpty();
  }

  @Test
  void shouldHaveEveryFieldOfTheLoopFile() {
    assertThat(paths(spec, "")).containsAll(paths(loopFile.at("/properties/spec"), ""));
  }

  @Test
  void shouldLeaveOutWhatTheProfileFillsIn() {
    assertThat(spec.path("required").toString())
        .isEqualTo("[\"baseModel\",\"consent\",\"serving\",\"tenant\"]");
    assertThat(spec.at("/properties/training").has("required")).isFalse();
  }

  @Test
  void shouldKeepTenantAndName() {
    assertThat(spec.at("/x-kubernetes-validations/0/rule").asText()).contains("oldSelf.tenant");
  }

  /** Every node has a type; nothing that a structural schema cannot say. */
  private static void collect(JsonNode node, String path, List<String> faults) {
    if (!node.has("type") && !node.path("x-kubernetes-preserve-unknown-fields").asBoolean()) {
      faults.add(path + " has no type");
    }
    for (String keyword : List.of("$ref", "anyOf", "oneOf", "allOf", "default", "format")) {
      if (node.has(keyword)) {
        faults.add(path + " has " + keyword);
      }
    }
    if (node.path("type").isArray()) {
      faults.add(path + " has several types");
    }
    if (node.has("properties") && node.has("additionalProperties")) {
      faults.add(path + " has both properties and additionalProperties");
    }
    node.path("properties")
        .properties()
        .forEach(field -> collect(field.getValue(), path + "/" + field.getKey(), faults));
    for (String below : List.of("items", "additionalProperties")) {
      if (node.has(below)) {
        collect(node.get(below), path + "/*", faults);
      }
    }
  }

  private List<String> paths(JsonNode node, String path) {
    JsonNode target = node.has("$ref") ? loopFile.at(node.get("$ref").asText().substring(1)) : node;
    List<String> paths = new ArrayList<>(List.of(path));
    target
        .path("properties")
        .properties()
        .forEach(field -> paths.addAll(paths(field.getValue(), path + "/" + field.getKey())));
    if (target.has("items")) {
      paths.addAll(paths(target.get("items"), path + "/*"));
    }
    return paths;
  }

  private static JsonNode schema() {
    try (InputStream in = LoopSpec.class.getResourceAsStream("/schemas/loop-spec.v1.json")) {
      return ChartFiles.YAML.readTree(in);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
