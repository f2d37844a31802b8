package dev.whetstone.ingest.item;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.whetstone.contracts.envelope.EventType;
import dev.whetstone.contracts.event.EventData;
import dev.whetstone.kit.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** What the contract's golden files say, ingest takes, and passes on unchanged. */
class ContractTest {
  private static final Path GOLDEN = Path.of("../contracts/src/test/resources/golden");
  private static final ObjectMapper JSON = Json.mapper();

  @TestFactory
  List<DynamicTest> shouldTakeTheGoldenFiles() throws IOException {
    try (Stream<Path> files = Files.list(GOLDEN)) {
      List<DynamicTest> tests =
          files
              .filter(file -> type(file) != null)
              .sorted()
              .map(
                  file -> DynamicTest.dynamicTest(file.getFileName().toString(), () -> check(file)))
              .toList();
      assertThat(tests).hasSizeGreaterThan(9);
      return tests;
    }
  }

  private static void check(Path file) throws IOException {
    JsonNode golden = JSON.readTree(Files.readAllBytes(file));
    String source = golden.path("source").asText("support-app");
    EventData read = new ItemReader(InputLimits.standard()).read(type(file), golden, source);
    assertThat((JsonNode) JSON.readTree(Json.write(read))).isEqualTo(golden);
  }

  private static EventType type(Path file) {
    String name = file.getFileName().toString();
    return ItemReader.types().stream()
        .filter(type -> name.startsWith(type.wireName().replaceAll("dev\\.whetstone\\.|\\.v1", "")))
        .findFirst()
        .orElse(null);
  }
}
