package dev.whetstone.training.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whetstone.kit.tenant.ServingKeyResolver;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Workers get a key only for their tenant and for the hosts that the operator names. */
class ServingKeyReaderTest {
  private static final URI SERVER = URI.create("http://vllm:8000");
  private static final Map<String, String> VARIABLES =
      Map.of(
          "WHETSTONE_SERVING_ACME_KEY", " sk-1 \n",
          "WHETSTONE_SERVING_ACME_KEY_HOSTS", "vllm",
          "WHETSTONE_SERVING_ACME_TWO", "two words",
          "WHETSTONE_SERVING_ACME_TWO_HOSTS", "vllm",
          "WHETSTONE_SERVING_ACME_NOWHERE", "sk-4",
          "WHETSTONE_SERVING_OTHER_KEY", "sk-5",
          "WHETSTONE_SERVING_OTHER_KEY_HOSTS", "vllm",
          "WHETSTONE_DB_PASSWORD", "secret");

  @TempDir Path folder;

  private ServingKeyReader reader() {
    return new ServingKeyReader(Optional.of(folder), VARIABLES::get);
  }

  @Test
  void shouldReadAKeyFromAVariableOrAFile() throws Exception {
    Path keys = Files.createDirectories(folder.resolve("acme"));
    Files.writeString(keys.resolve("vllm"), "sk-2\n");
    Files.writeString(keys.resolve("vllm.hosts"), "vllm:8000\n");

    assertThat(reader().read("acme", "env:WHETSTONE_SERVING_ACME_KEY", SERVER)).isEqualTo("sk-1");
    assertThat(reader().read("acme", "file:acme/vllm", SERVER)).isEqualTo("sk-2");
  }

  @ParameterizedTest
  @CsvSource({
    "env:WHETSTONE_DB_PASSWORD, tenant 'acme' may name",
    "env:WHETSTONE_SERVING_OTHER_KEY, tenant 'acme' may name",
    "env:WHETSTONE_SERVING_ACME_NOWHERE, may receive this key",
    "env:WHETSTONE_SERVING_ACME_TWO, one word of printable ASCII",
    "file:acme/missing, cannot be",
    "file:other/vllm, tenant 'acme' may name",
    "sk-1, tenant 'acme' may name",
  })
  void shouldSayHowToCorrectAReference(String reference, String remedy) {
    assertThatThrownBy(() -> reader().read("acme", reference, SERVER))
        .isInstanceOf(ServingKeyResolver.UnresolvedKeyException.class)
        .hasMessageContaining(reference)
        .hasMessageContaining(remedy)
        .hasMessageNotContaining("secret")
        .hasMessageNotContaining("sk-5");
  }
}
