package dev.whetstone.kit.auth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.kit.json.ContentDigests;
import dev.whetstone.kit.time.MutableClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ApiKeyFileTest {
  @TempDir Path folder;

  private void write(String key, String application) throws IOException {
    Files.writeString(
        folder.resolve("keys.json"),
        """
        {"keys":[{"id":"k1","sha256":"%s","tenant":"acme","application":"%s","scopes":["ingest","read"]}]}
        """
            .formatted(ContentDigests.sha256(key), application));
  }

  private final MutableClock clock = new MutableClock(Instant.parse("2026-11-20T12:00:00Z"));

  private ApiKeyFile keys() {
    return new ApiKeyFile(Optional.of(folder.resolve("keys.json")), Duration.ofMinutes(5), clock);
  }

  @Test
  void shouldEndTheKeysSomeTimeAfterTheFileWasDeleted() throws IOException {
    write("wst_secret", "app");
    ApiKeyFile keys = keys();
    assertThat(keys.find("wst_secret")).isPresent();

    Files.delete(folder.resolve("keys.json"));
    assertThat(keys.find("wst_secret")).isPresent();
    clock.advance(Duration.ofMinutes(5).minusMillis(1));
    assertThat(keys.find("wst_secret")).isPresent();
    clock.advance(Duration.ofMillis(1));
    assertThat(keys.find("wst_secret")).isEmpty();

    write("wst_secret", "app");
    assertThat(keys.find("wst_secret")).isPresent();
  }

  @Test
  void shouldEndAKeyWhenItExpires() throws IOException {
    Files.writeString(
        folder.resolve("keys.json"),
        """
        {"keys":[{"id":"k1","sha256":"%s","tenant":"acme","application":"app","scopes":["read"],
          "expires":"2026-11-20T13:00:00Z","loop":"support"}]}
        """
            .formatted(ContentDigests.sha256("wst_secret")));
    ApiKeyFile keys = keys();
    assertThat(keys.find("wst_secret"))
        .hasValueSatisfying(key -> assertThat(key.loop()).isEqualTo("support"));

    clock.advance(Duration.ofHours(1));

    assertThat(keys.find("wst_secret")).isEmpty();
  }

  @Test
  void shouldFindAKeyByItsDigestOnly() throws IOException {
    write("wst_secret", "app");
    ApiKeyFile keys = keys();
    assertThat(keys.find("wst_secret"))
        .hasValueSatisfying(
            key ->
                assertThat(key.scopes()).containsExactlyInAnyOrder(KeyScope.INGEST, KeyScope.READ));
    assertThat(keys.find("wst_other")).isEmpty();
  }

  @Test
  void shouldReadTheFileAgainWhenItChanges() throws IOException {
    write("wst_secret", "app");
    ApiKeyFile keys = keys();
    assertThat(keys.find("wst_secret")).isPresent();
    write("wst_new", "another-app");
    assertThat(keys.find("wst_secret")).isEmpty();
    assertThat(keys.find("wst_new")).isPresent();
  }

  @Test
  void shouldKeepTheLastKeysWhileTheFileIsBroken() throws IOException {
    write("wst_secret", "app");
    ApiKeyFile keys = keys();
    assertThat(keys.find("wst_secret")).isPresent();
    Files.writeString(folder.resolve("keys.json"), "{broken");
    assertThat(keys.find("wst_secret")).isPresent();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "null",
        "{}",
        "{\"keys\": null}",
        "{\"keys\": [null]}",
        "{\"keys\": [{}]}",
        "{\"keys\": [{\"id\": \"k\", \"tenant\": \"acme\"}]}",
        "{\"keys\": \"none\"}",
        "[]",
        ""
      })
  void shouldFindNoKeyInAFileWithoutKeys(String content) throws IOException {
    Files.writeString(folder.resolve("keys.json"), content);
    ApiKeyFile keys = keys();
    assertThat(keys.find("wst_secret")).isEmpty();
  }

  @Test
  void shouldSkipOnlyInvalidEntries() throws IOException {
    String good = entry("k1", "wst_secret");
    Files.writeString(
        folder.resolve("keys.json"),
        "{\"keys\": [{\"id\": \"k0\"}, %s, %s, %s, null, 7]}"
            .formatted(
                good, entry("k2", "wst_secret"), entry("k3", "wst_odd").replace("read", "fly")));
    ApiKeyFile keys = keys();
    assertThat(keys.find("wst_secret")).hasValueSatisfying(k -> assertThat(k.id()).isEqualTo("k1"));
    assertThat(keys.find("wst_odd")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"import:shop", "ingest", "curation", "training", "eval"})
  void shouldSkipAKeyWhoseApplicationIsReserved(String application) throws IOException {
    write("wst_secret", application);
    ApiKeyFile keys = keys();
    assertThat(keys.find("wst_secret")).isEmpty();
  }

  @Test
  void shouldKeepTheLastKeysWhenTheFileHoldsNull() throws IOException {
    write("wst_secret", "app");
    ApiKeyFile keys = keys();
    assertThat(keys.find("wst_secret")).isPresent();
    Files.writeString(folder.resolve("keys.json"), "null");
    assertThat(keys.find("wst_secret")).isPresent();
  }

  private static String entry(String id, String key) {
    return """
    {"id": "%s", "sha256": "%s", "tenant": "acme", "application": "app", "scopes": ["read"]}\
    """
        .formatted(id, ContentDigests.sha256(key));
  }
}
