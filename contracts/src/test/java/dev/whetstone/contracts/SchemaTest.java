package dev.whetstone.contracts;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The committed schemas are those of the records. After a deliberate change, {@code
 * -Dwhetstone.schemas.write=true} writes them anew.
 */
class SchemaTest {
  private static final Path FOLDER = Path.of("src/main/resources/schemas");

  static List<Contract> contracts() {
    return Contract.all();
  }

  @ParameterizedTest
  @MethodSource("contracts")
  void shouldMatchItsRecord(Contract contract) throws IOException {
    JsonNode generated = Schemas.generate(contract);
    Path file = FOLDER.resolve(contract.name() + ".json");
    if (Boolean.getBoolean("whetstone.schemas.write")) {
      String text =
          ContractJson.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(generated);
      Files.writeString(file, text + "\n");
    }
    assertThat(ContractJson.MAPPER.readTree(Files.readAllBytes(file)))
        .as(
            "%s differs from its record. If the change only adds optional fields, rewrite it with"
                + " -Dwhetstone.schemas.write=true; otherwise it is a new version.",
            file)
        .isEqualTo(generated);
  }

  @Test
  void shouldHaveNoSchemaWithoutRecord() throws IOException {
    try (var files = Files.list(FOLDER)) {
      assertThat(files.map(file -> file.getFileName().toString()).collect(Collectors.toSet()))
          .isEqualTo(
              contracts().stream()
                  .map(contract -> contract.name() + ".json")
                  .collect(Collectors.toSet()));
    }
  }
}
