package dev.whetstone.contracts;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.contracts.loop.TextFormat;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The schema of a loop declaration can be turned into the schema of a Kubernetes CRD. */
class LoopSchemaTest {
  /**
   * What a structural schema can state once {@code $ref} is replaced by its target, a type list
   * with null by {@code nullable}, and a numeric {@code exclusiveMinimum} by {@code minimum} with
   * {@code exclusiveMinimum: true}.
   */
  private static final Set<String> KEYWORDS =
      Set.of(
          "additionalProperties",
          "$ref",
          "description",
          "enum",
          "exclusiveMaximum",
          "exclusiveMinimum",
          "format",
          "items",
          "maximum",
          "minItems",
          "minimum",
          "pattern",
          "properties",
          "required",
          "type");

  private static final Set<String> ROOT_KEYWORDS = Set.of("$schema", "$id", "$defs", "title");

  private final JsonNode schema = schema();

  @Test
  void shouldUseOnlyKeywordsOfStructuralSchemas() {
    Set<String> keywords = new HashSet<>();
    collectKeywords(schema, keywords);
    schema.path("$defs").forEach(definition -> collectKeywords(definition, keywords));
    keywords.removeAll(ROOT_KEYWORDS);
    assertThat(KEYWORDS).containsAll(keywords);
  }

  @Test
  void shouldHaveNoCycleOfReferences() {
    assertThat(depth(schema, new ArrayList<>())).isPositive();
  }

  @Test
  void shouldUsePatternsThatRe2Supports() {
    assertThat(schema.findValuesAsText("pattern"))
        .isNotEmpty()
        .allSatisfy(pattern -> assertThat(pattern).doesNotContain("(?").doesNotContain("\\1"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://127.0.0.1:8000",
        "https://models.example.com/gateway/",
        "http://vllm",
        "http://user:secret@host:1",
        "http://[::1]:8000",
        "http://a-b.c2.",
        "https://host/a%20b?x=1",
        "http://",
        "http:///v1",
        "localhost:8000",
        "ftp://host",
        "http://host name",
        "http://my_host:80",
        "http://-a",
        "http://a..b",
        "http://host:port",
        "http://host/%zz",
        "http://1.2.3.4.5",
        ""
      })
  void shouldAcceptTheUrlsThatAClientCanCall(String text) {
    boolean accepted = Pattern.matches(TextFormat.HTTP_URL.pattern(), text);
    assertThat(accepted).isEqualTo(hasHttpHost(text));
  }

  @ParameterizedTest
  @ValueSource(strings = {"P7D", "PT168H", "PT0.5S", "P1DT2H3M4S", "PT10M"})
  void shouldAcceptPositiveDurations(String text) {
    assertThat(text).matches(TextFormat.POSITIVE_DURATION.pattern());
  }

  @ParameterizedTest
  @ValueSource(strings = {"PT0S", "P0D", "PT-1M", "-P1D", "PT1H-70M", "", "P"})
  void shouldRefuseOtherDurations(String text) {
    assertThat(text).doesNotMatch(TextFormat.POSITIVE_DURATION.pattern());
  }

  @Test
  void shouldReadADeclarationOfAnEarlierVersion() throws IOException {
    JsonNode stored =
        ContractJson.MAPPER.readTree(
            Files.readAllBytes(Path.of("src/test/resources/golden/loop-spec.v1.json")));

    LoopSpec loop = ContractJson.MAPPER.treeToValue(stored, LoopSpec.class);

    assertThat(loop.spec().rollout().canaryPercent()).containsExactly(5, 25, 100);
    assertThat(loop.spec().rollout().holdback()).isEqualTo(0.1);
  }

  @Test
  void shouldLeaveUnreadFieldsOutOfANewDeclaration() throws IOException {
    var rollout =
        ContractJson.MAPPER.readValue(
            "{\"mode\": \"auto\", \"confirmDeadline\": \"PT5M\"}", LoopSpec.Rollout.class);
    assertThat(ContractJson.MAPPER.<JsonNode>valueToTree(rollout).size()).isEqualTo(2);
  }

  private static boolean hasHttpHost(String text) {
    try {
      URI uri = URI.create(text);
      return uri.getHost() != null && Set.of("http", "https").contains(uri.getScheme());
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static void collectKeywords(JsonNode node, Set<String> into) {
    node.fieldNames().forEachRemaining(into::add);
    node.path("properties").forEach(property -> collectKeywords(property, into));
    if (node.has("items")) {
      collectKeywords(node.path("items"), into);
    }
  }

  /** Levels below a node, with every reference replaced by its target. */
  private int depth(JsonNode node, List<String> references) {
    String reference = node.path("$ref").asText("");
    if (!reference.isEmpty()) {
      assertThat(references).doesNotContain(reference);
      references.add(reference);
      int depth = depth(schema.at(reference.substring(1)), references);
      references.removeLast();
      return depth;
    }
    int deepest = 0;
    for (JsonNode property : node.path("properties")) {
      deepest = Math.max(deepest, depth(property, references));
    }
    return 1 + Math.max(deepest, node.has("items") ? depth(node.path("items"), references) : 0);
  }

  private static JsonNode schema() {
    return Schemas.generate(new Contract("loop-spec.v1", LoopSpec.class));
  }
}
