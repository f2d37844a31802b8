package dev.whetstone.contracts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What was once said stays readable: each golden file is parsed, validated and written back
 * unchanged. A change that breaks one is a new version, not an edit of the file.
 */
class GoldenTest {
  private static final Path FOLDER = Path.of("src/test/resources/golden");
  private static final SchemaRegistry REGISTRY =
      SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);

  /**
   * A golden file. Its name is its contract's, with a word for the case before the version: {@code
   * feedback.given.thumb.v1.json}.
   */
  record Golden(String fileName, Contract contract) {
    static Golden of(Path file) {
      String fileName = file.getFileName().toString();
      Contract contract =
          Contract.all().stream()
              .filter(c -> belongs(fileName, c))
              .findFirst()
              .orElseThrow(() -> new AssertionError(fileName + " is named after no contract"));
      return new Golden(fileName, contract);
    }

    private static boolean belongs(String fileName, Contract contract) {
      String stem = contract.name().substring(0, contract.name().lastIndexOf(".v"));
      String version = contract.name().substring(stem.length());
      return fileName.matches(
          java.util.regex.Pattern.quote(stem) + "(\\.[a-z-]+)?" + version + "\\.json");
    }

    JsonNode json() {
      try {
        return ContractJson.MAPPER.readTree(Files.readAllBytes(FOLDER.resolve(fileName)));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public String toString() {
      return fileName;
    }
  }

  static List<Golden> goldens() throws IOException {
    try (var files = Files.list(FOLDER)) {
      return files.sorted().map(Golden::of).toList();
    }
  }

  @ParameterizedTest
  @MethodSource("goldens")
  void shouldReadAndWriteBackTheSame(Golden golden) throws IOException {
    Object parsed = ContractJson.MAPPER.treeToValue(golden.json(), golden.contract().type());
    byte[] written = ContractJson.MAPPER.writeValueAsBytes(parsed);
    assertThat(ContractJson.MAPPER.readTree(written)).isEqualTo(golden.json());
  }

  @ParameterizedTest
  @MethodSource("goldens")
  void shouldFitItsSchema(Golden golden) throws IOException {
    assertThat(faults(golden.contract(), golden.json())).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("goldens")
  void shouldReadWithoutAnyOptionalField(Golden golden) throws IOException {
    for (String field : fieldNames(golden.json())) {
      ObjectNode without = ((ObjectNode) golden.json().deepCopy()).without(field);
      if (faults(golden.contract(), without).isEmpty() && !decides(golden.contract(), field)) {
        assertThatCode(() -> ContractJson.MAPPER.treeToValue(without, golden.contract().type()))
            .as("without optional %s", field)
            .doesNotThrowAnyException();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("goldens")
  void shouldAllowFieldsOfANewerSender(Golden golden) throws IOException {
    ObjectNode more = golden.json().deepCopy();
    more.put("saidByANewerSender", true);
    assertThat(faults(golden.contract(), more)).isEmpty();
  }

  @Test
  void shouldHaveAGoldenFileForEveryContract() throws IOException {
    Set<String> covered =
        goldens().stream().map(golden -> golden.contract().name()).collect(Collectors.toSet());
    assertThat(covered)
        .isEqualTo(Contract.all().stream().map(Contract::name).collect(Collectors.toSet()));
  }

  /** An erasure names one of two fields: without the one that a file has, neither is left. */
  private static boolean decides(Contract contract, String field) {
    return contract.name().equals("enduser.erased.v1")
        && Set.of("endUser", "conversationId").contains(field);
  }

  private static Set<String> fieldNames(JsonNode json) {
    var names = new HashSet<String>();
    json.fieldNames().forEachRemaining(names::add);
    return names;
  }

  private static List<String> faults(Contract contract, JsonNode json) throws IOException {
    try (var resource = GoldenTest.class.getResourceAsStream(contract.schemaResource())) {
      assertThat(resource).as(contract.schemaResource()).isNotNull();
      Schema schema =
          REGISTRY.getSchema(new String(resource.readAllBytes(), StandardCharsets.UTF_8));
      return schema.validate(json.toString(), InputFormat.JSON).stream()
          .map(Object::toString)
          .toList();
    }
  }
}
