package dev.whetstone.eval.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServingCredentialsTest {
  private static final Map<String, String> ENVIRONMENT =
      Map.of(
          "WHETSTONE_SERVING_ACME_KEY", " key-of-acme\n",
          "WHETSTONE_SERVING_ACME_KEY_HOSTS", "vllm:8000, other.host",
          "WHETSTONE_SERVING_ACME_BLANK", " ",
          "WHETSTONE_SERVING_ACME_BLANK_HOSTS", "vllm",
          "WHETSTONE_SERVING_ACME_LINES", "key\nX-Other: header",
          "WHETSTONE_SERVING_ACME_LINES_HOSTS", "vllm",
          "WHETSTONE_SERVING_ACME_UNBOUND", "unbound",
          "WHETSTONE_SERVING_BETA_KEY", "key-of-beta",
          "WHETSTONE_SERVING_BETA_KEY_HOSTS", "vllm");
  private static final URI VLLM = URI.create("http://vllm:8000");
  @TempDir Path outside;
  private ServingCredentials credentials;

  @BeforeEach
  void write() throws IOException {
    Path folder = Files.createDirectories(outside.resolve("keys/acme"));
    Path beta = Files.createDirectories(outside.resolve("keys/beta"));
    Files.writeString(folder.resolve("token"), "key-in-a-file\n");
    Files.writeString(folder.resolve("token.hosts"), "vllm\nother.host\n");
    Files.writeString(folder.resolve("lines"), "one\r\ntwo");
    Files.writeString(folder.resolve("lines.hosts"), "vllm");
    Files.writeString(folder.resolve("unbound"), "unbound");
    Files.writeString(beta.resolve("token"), "key-of-beta");
    Files.createSymbolicLink(folder.resolve("link"), beta.resolve("token"));
    Files.writeString(folder.resolve("link.hosts"), "vllm");
    credentials = new ServingCredentials(Optional.of(outside.resolve("keys")), ENVIRONMENT::get);
  }

  private @Nullable String resolve(@Nullable String reference) {
    return credentials.resolve("acme", reference, VLLM);
  }

  @Test
  void shouldResolveTheTenantsKeysForTheirHosts() {
    assertThat(resolve(null)).isNull();
    assertThat(resolve("env:WHETSTONE_SERVING_ACME_KEY")).isEqualTo("key-of-acme");
    assertThat(resolve("file:acme/token")).isEqualTo("key-in-a-file");
    assertThat(
            credentials.resolve("acme", "file:acme/token", URI.create("https://Other.Host/base")))
        .isEqualTo("key-in-a-file");
  }

  @ParameterizedTest
  @CsvSource({
    "env:WHETSTONE_SERVING_ACME_KEY, http://vllm:8001, vllm:8001 may receive this key",
    "env:WHETSTONE_SERVING_ACME_KEY, http://evil.example, evil.example:80 may receive this key",
    "env:WHETSTONE_SERVING_ACME_UNBOUND, http://vllm:8000, variable WHETSTONE_SERVING_ACME_UNBOUND_HOSTS",
    "file:acme/token, http://evil.example, file token.hosts",
    "file:acme/unbound, http://vllm:8000, file unbound.hosts",
  })
  void shouldSendAKeyOnlyToTheHostsThatTheOperatorDeclared(
      String reference, String endpoint, String why) {
    assertThatThrownBy(() -> credentials.resolve("acme", reference, URI.create(endpoint)))
        .isInstanceOf(ServingException.class)
        .hasMessageContaining("the operator has not declared")
        .hasMessageContaining(why)
        .hasMessageNotContaining("key-of");
  }

  @ParameterizedTest
  @CsvSource({
    "env:WHETSTONE_SERVING_BETA_KEY, tenant 'acme' may name env:WHETSTONE_SERVING_ACME_<NAME>",
    "env:WHETSTONE_DB_PASSWORD, tenant 'acme' may name env:WHETSTONE_SERVING_ACME_<NAME>",
    "file:beta/token, tenant 'acme' may name",
    "file:acme/../beta/token, tenant 'acme' may name",
    "file:/etc/hostname, tenant 'acme' may name",
    "vault:secret, tenant 'acme' may name",
    "file:acme/link, the tenant's own folder of keys",
    "env:WHETSTONE_SERVING_ACME_BLANK, is not set",
    "env:WHETSTONE_SERVING_ACME_LINES, without line breaks",
    "file:acme/lines, without line breaks",
    "file:acme/none, cannot be read",
  })
  void shouldRefuseOtherReferences(String reference, String why) {
    assertThatThrownBy(() -> resolve(reference))
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

    assertThatThrownBy(() -> folderless.resolve("acme", "file:acme/token", VLLM))
        .hasMessageContaining("whetstone.eval.credentials-folder");
  }
}
