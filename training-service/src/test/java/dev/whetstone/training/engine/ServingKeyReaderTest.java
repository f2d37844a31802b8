package dev.whetstone.training.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServingKeyReaderTest {
  private static final Map<String, String> VARIABLES =
      Map.of(
          "WHETSTONE_SERVING_ACME", " sk-1 \n",
          "WHETSTONE_SERVING_TWO", "two words",
          "WHETSTONE_DB_PASSWORD", "secret");

  @TempDir Path folder;

  @Test
  void shouldReadAKeyFromAVariableOrAFile() throws Exception {
    Files.writeString(folder.resolve("vllm"), "sk-2\n");

    assertThat(reader().read("env:WHETSTONE_SERVING_ACME")).isEqualTo("sk-1");
    assertThat(reader().read("file:vllm")).isEqualTo("sk-2");
  }

  @ParameterizedTest
  @CsvSource({
    "env:WHETSTONE_DB_PASSWORD, name a variable that starts with WHETSTONE_SERVING_",
    "env:WHETSTONE_SERVING_NONE, set that variable for the training service",
    "env:WHETSTONE_SERVING_TWO, one word of printable ASCII",
    "file:missing, make that file readable",
    "file:../outside, name a file in whetstone.training.credentials-folder",
    "sk-1, start it with env:",
  })
  void shouldSayHowToCorrectAReference(String reference, String remedy) throws Exception {
    Files.writeString(folder.resolve("outside"), "sk-3");

    assertThatThrownBy(() -> reader().read(reference))
        .isInstanceOf(ServingKeyReader.UnresolvedKeyException.class)
        .hasMessageContaining(reference)
        .hasMessageContaining(remedy)
        .hasMessageNotContaining("secret");
  }

  private ServingKeyReader reader() throws Exception {
    Path keys = Files.createDirectories(folder.resolve("keys"));
    if (Files.exists(folder.resolve("vllm"))) {
      Files.move(folder.resolve("vllm"), keys.resolve("vllm"));
    }
    return new ServingKeyReader(Optional.of(keys), VARIABLES::get);
  }
}
