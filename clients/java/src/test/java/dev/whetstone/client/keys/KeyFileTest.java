package dev.whetstone.client.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whetstone.client.RemedyException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyFileTest {
  @TempDir private Path folder;
  private Path file;
  private KeyFile keys;

  @BeforeEach
  void file() {
    file = folder.resolve("keys.json");
    keys = KeyFile.at(file);
  }

  @Test
  void shouldStoreTheDigestAndNeverTheKey() throws IOException {
    KeyFile.NewKey key = keys.create("shop", "acme", "shop-app", List.of("ingest"), false);

    assertThat(key.text()).matches("wst_[A-Za-z0-9_-]{43}");
    assertThat(Files.readString(file))
        .contains(key.entry().sha256())
        .doesNotContain(key.text().substring(4));
    assertThat(keys.knows(key.text())).isTrue();
  }

  @Test
  void shouldForgetARevokedKey() {
    KeyFile.NewKey key = keys.create("shop", "acme", "shop-app", List.of("ingest"), false);

    assertThat(keys.revoke("shop")).contains(key.entry());
    assertThat(keys.knows(key.text())).isFalse();
    assertThat(keys.revoke("shop")).isEmpty();
  }

  @Test
  void shouldKeepEveryKeyThatIsCreatedAtOnce() throws Exception {
    List<Callable<KeyFile.NewKey>> calls =
        IntStream.range(0, 20)
            .<Callable<KeyFile.NewKey>>mapToObj(
                i ->
                    () ->
                        KeyFile.at(file)
                            .create("key-" + i, "acme", "shop-app", List.of("ingest"), false))
            .toList();
    try (var threads = Executors.newFixedThreadPool(calls.size())) {
      for (Future<KeyFile.NewKey> key : threads.invokeAll(calls)) {
        assertThat(keys.knows(key.get().text())).isTrue();
      }
    }

    assertThat(keys.list()).hasSize(20);
  }

  @Test
  void shouldRenewAKeyWhoseTextIsForgotten() {
    KeyFile.NewKey former = keys.renew("shop", "acme", "shop-app", List.of("read"), false);

    KeyFile.NewKey renewed = keys.renew("shop", "acme", "shop-app", List.of("read"), false);

    assertThat(keys.list()).containsExactly(renewed.entry());
    assertThat(keys.knows(former.text())).isFalse();
  }

  @Test
  void shouldNameWhatDoesNotFit() {
    keys.create("shop", "acme", "shop-app", List.of("ingest"), false);

    assertThatThrownBy(() -> keys.create("shop", "acme", "x", List.of(), false))
        .isInstanceOf(RemedyException.class)
        .hasMessageContaining("'shop' is there already");
    assertThatThrownBy(() -> keys.create("two", "Acme Inc", "x", List.of(), false))
        .hasMessageContaining("'Acme Inc' cannot be a tenant's name");
    assertThatThrownBy(() -> keys.create("two", "acme", "x", List.of("admin"), false))
        .hasMessageContaining("no scope 'admin'")
        .hasMessageContaining("operate");
    for (String application : List.of("", "shop app", "a@b.org", "shop/web", "import:shop")) {
      assertThatThrownBy(() -> keys.create("two", "acme", application, List.of(), false))
          .hasMessageContaining("'" + application + "' cannot be an application's name");
    }
  }
}
