package dev.whetstone.eval.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServingCredentialsTest {
  private static final Map<String, String> ENVIRONMENT =
      Map.of(
          "WHETSTONE_SERVING_ACME", " key-of-acme\n",
          "WHETSTONE_SERVING_BLANK", " ",
          "WHETSTONE_SERVING_TWO_LINES", "key\nX-Other: header",
          "WHETSTONE_DB_PASSWORD", "secret");
  @TempDir Path outside;
  private ServingCredentials credentials;

  @BeforeEach
  void write() throws IOException {
    Path folder = Files.createDirectories(outside.resolve("keys/acme"));
    Files.writeString(folder.resolve("token"), "key-in-a-file\n");
    Files.writeString(folder.resolve("lines"), "one\r\ntwo");
    Files.writeString(outside.resolve("secret"), "secret");
    credentials = new ServingCredentials(Optional.of(outside.resolve("keys")), ENVIRONMENT::get);
  }

  @Test
  void shouldResolveKeysOfModelServers() {
    String file = outside.resolve("keys/acme/token").toString();

    assertThat(credentials.resolve(null)).isNull();
    assertThat(credentials.resolve("env:WHETSTONE_SERVING_ACME")).isEqualTo("key-of-acme");
    assertThat(credentials.resolve("file:acme/token")).isEqualTo("key-in-a-file");
    assertThat(credentials.resolve("file:" + file)).isEqualTo("key-in-a-file");
    assertThat(credentials.resolve("file://" + file)).isEqualTo("key-in-a-file");
  }

  @ParameterizedTest
  @CsvSource({
    "env:WHETSTONE_DB_PASSWORD, must start with WHETSTONE_SERVING_",
    "env:WHETSTONE_SERVING_NONE, is not set",
    "env:WHETSTONE_SERVING_BLANK, is not set",
    "env:WHETSTONE_SERVING_TWO_LINES, without line breaks",
    "file:acme/lines, without line breaks",
    "file:acme/none, cannot be read",
    "file:acme, cannot be read",
    "file:../secret, in whetstone.eval.credentials-folder",
    "file:/etc/hostname, in whetstone.eval.credentials-folder",
    "file:///etc/hostname, in whetstone.eval.credentials-folder",
    "vault:secret, env:WHETSTONE_SERVING_ or file:",
  })
  void shouldRefuseOtherReferences(String reference, String why) {
    assertThatThrownBy(() -> credentials.resolve(reference))
        .isInstanceOfSatisfying(
            ServingException.class,
            e -> assertThat(e.kind()).isEqualTo(ServingException.Kind.MISCONFIGURED))
        .hasMessageContaining("spec.serving.credentialsRef '" + reference + "'")
        .hasMessageContaining(why)
        .hasMessageNotContaining("X-Other");
  }

  @Test
  void shouldRefuseFilesWithoutAFolder() {
    ServingCredentials folderless = new ServingCredentials(Optional.empty(), ENVIRONMENT::get);

    assertThatThrownBy(() -> folderless.resolve("file:/etc/hostname"))
        .hasMessageContaining("whetstone.eval.credentials-folder");
  }
}
