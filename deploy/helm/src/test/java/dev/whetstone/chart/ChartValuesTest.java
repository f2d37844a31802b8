package dev.whetstone.chart;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every value is documented, has a schema, and wrong values are refused. */
class ChartValuesTest {
  private static final Path README = ChartFiles.CHART.resolve("README.md");
  private static final String BEGIN = "<!-- values -->\n";
  private static final String END = "<!-- /values -->";
  private final ObjectNode defaults = ChartFiles.values("values.yaml");
  private final Map<String, String> comments =
      ValueDocumentation.of(ChartFiles.text(ChartFiles.CHART.resolve("values.yaml")));
  private final JsonNode schema = ChartFiles.values("values.schema.json");

  @Test
  void shouldDocumentEveryValue() {
    assertThat(comments.keySet())
        .containsAll(ValueDocumentation.leaves(defaults, comments).keySet());
  }

  /** {@code -Dwhetstone.chart.write=true} writes the table anew. */
  @Test
  void shouldListEveryValueInTheReadme() throws IOException {
    String readme = ChartFiles.text(README);
    int begin = readme.indexOf(BEGIN) + BEGIN.length();
    int end = readme.indexOf(END);
    String table = ValueDocumentation.table(defaults, comments);
    if (Boolean.getBoolean("whetstone.chart.write")) {
      Files.writeString(README, readme.substring(0, begin) + table + readme.substring(end));
      return;
    }
    assertThat(readme.substring(begin, end))
        .as("write it anew with -Dwhetstone.chart.write=true")
        .isEqualTo(table);
  }

  @Test
  void shouldDescribeTheSameValuesInTheSchema() {
    Map<String, String> described = new TreeMap<>();
    collectDescriptions("", schema, described);
    described.remove("global");
    assertThat(described).isEqualTo(new TreeMap<>(comments));
  }

  @Test
  void shouldRefuseUnknownNamesInEveryObject() {
    List<String> open = new ArrayList<>();
    collectOpen("", schema, defaults, open);
    assertThat(open).as("objects whose schema allows names that nothing reads").isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"values-small.yaml", "values-production.yaml", "values-gpu.yaml", "values.yaml"})
  void shouldAcceptEveryValuesFile(String file) {
    assertThat(faults(ChartFiles.merged(defaults, ChartFiles.values(file)))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          services: {ingest: {replicas: 0}}           | /services/ingest/replicas
          services: {ingest: {replica: 2}}            | /services/ingest
          store: {uri: "/data"}                       | /store/uri
          kafka: {securityProtocol: TLS}              | /kafka/securityProtocol
          pods: {userId: 0}                           | /pods/userId
          images: {digests: {eval-service: latest}}   | /images/digests/eval-service
          keys: {existingSecret: "Not A Name"}        | /keys/existingSecret
          workers: {resources: {memory: much}}        | /workers/resources/memory
          route: {kind: gateway}                      | /route/kind
          loops: {files: {support: "x"}}              | /loops/files
          monitoring: {rules: {runbooks: "https://x"}} | /monitoring/rules/runbooks
          """)
  void shouldRefuseAWrongValue(String values, String place) throws IOException {
    List<String> faults =
        faults(ChartFiles.merged(defaults, ChartFiles.YAML.readTree(values.strip())));
    assertThat(faults).anySatisfy(fault -> assertThat(fault).startsWith(place.strip()));
  }

  private List<String> faults(JsonNode values) {
    SchemaRegistry registry = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);
    Schema validator = registry.getSchema(schema.toString(), InputFormat.JSON);
    return validator.validate(values.toString(), InputFormat.JSON).stream()
        .map(error -> error.getInstanceLocation() + " " + error.getMessage())
        .toList();
  }

  private static void collectDescriptions(String path, JsonNode node, Map<String, String> into) {
    if (!path.isEmpty() && node.has("description")) {
      into.put(path, node.path("description").asText());
    }
    node.path("properties")
        .properties()
        .forEach(
            field ->
                collectDescriptions(
                    path.isEmpty() ? field.getKey() : path + "." + field.getKey(),
                    field.getValue(),
                    into));
  }

  /** Objects with fixed names in values.yaml must be closed. */
  private static void collectOpen(
      String path, JsonNode schema, JsonNode values, List<String> into) {
    if (!values.isObject() || values.isEmpty() || schema.path("properties").isMissingNode()) {
      return;
    }
    if (schema.path("additionalProperties").asBoolean(true)) {
      into.add(path);
    }
    values
        .properties()
        .forEach(
            field ->
                collectOpen(
                    path + "." + field.getKey(),
                    schema.path("properties").path(field.getKey()),
                    field.getValue(),
                    into));
  }
}
