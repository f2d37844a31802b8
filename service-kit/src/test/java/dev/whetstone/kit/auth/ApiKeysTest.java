package dev.whetstone.kit.auth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.kit.json.Digests;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ApiKeysTest {
  @TempDir Path folder;

  private void write(String key, String application) throws IOException {
    Files.writeString(
        folder.resolve("keys.json"),
        """
        {"keys":[{"id":"k1","sha256":"%s","tenant":"acme","application":"%s","scopes":["ingest","read"]}]}
        """
            .formatted(Digests.sha256(key), application));
  }

  @Test
  void shouldFindAKeyByItsDigestOnly() throws IOException {
    write("wst_secret", "app");
    ApiKeys keys = new ApiKeys(Optional.of(folder.resolve("keys.json")));
    assertThat(keys.find("wst_secret"))
        .hasValueSatisfying(
            key -> assertThat(key.scopes()).containsExactlyInAnyOrder(Scope.INGEST, Scope.READ));
    assertThat(keys.find("wst_other")).isEmpty();
  }

  @Test
  void shouldReadTheFileAgainWhenItChanges() throws IOException {
    write("wst_secret", "app");
    ApiKeys keys = new ApiKeys(Optional.of(folder.resolve("keys.json")));
    assertThat(keys.find("wst_secret")).isPresent();
    write("wst_new", "another-app");
    assertThat(keys.find("wst_secret")).isEmpty();
    assertThat(keys.find("wst_new")).isPresent();
  }

  @Test
  void shouldKeepTheGoodKeysWhenTheFileBreaks() throws IOException {
    write("wst_secret", "app");
    ApiKeys keys = new ApiKeys(Optional.of(folder.resolve("keys.json")));
    assertThat(keys.find("wst_secret")).isPresent();
    Files.writeString(folder.resolve("keys.json"), "{broken");
    assertThat(keys.find("wst_secret")).isPresent();
  }
}
