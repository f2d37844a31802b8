package dev.whetstone.client.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.whetstone.client.RemedyException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
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
    assertThat(keys.contains(key.text())).isTrue();
  }

  @Test
  void shouldKeepTheLimitsOfAKey() throws IOException {
    KeyLimits limits = new KeyLimits(Instant.parse("2027-01-31T00:00:00Z"), "support");
    keys.create("limited", "acme", "shop-app", List.of("ingest"), false, limits);
    keys.create("shop", "acme", "shop-app", List.of("ingest"), false);

    assertThat(keys.list())
        .extracting(KeyEntry::expires, KeyEntry::loop)
        .containsExactly(tuple("2027-01-31T00:00:00Z", "support"), tuple(null, null));
    assertThat(Files.readString(file)).doesNotContain("null");
    assertThatThrownBy(() -> new KeyLimits(null, "No Loop")).isInstanceOf(RemedyException.class);
  }

  @Test
  void shouldNotContainARevokedKey() {
    KeyFile.NewKey key = keys.create("shop", "acme", "shop-app", List.of("ingest"), false);

    assertThat(keys.revoke("shop")).contains(key.entry());
    assertThat(keys.contains(key.text())).isFalse();
    assertThat(keys.revoke("shop")).isEmpty();
  }

  @Test
  void shouldKeepEveryKeyOfConcurrentCreations() throws Exception {
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
        assertThat(keys.contains(key.get().text())).isTrue();
      }
    }

    assertThat(keys.list()).hasSize(20);
  }

  @Test
  void shouldReplaceAKeyWhoseTextIsLost() {
    KeyFile.NewKey former = keys.renew("shop", "acme", "shop-app", List.of("read"), false);

    KeyFile.NewKey renewed = keys.renew("shop", "acme", "shop-app", List.of("read"), false);

    assertThat(keys.list()).containsExactly(renewed.entry());
    assertThat(keys.contains(former.text())).isFalse();
  }

  @Test
  void shouldNameTheInvalidArgument() {
    keys.create("shop", "acme", "shop-app", List.of("ingest"), false);

    assertThatThrownBy(() -> keys.create("shop", "acme", "x", List.of(), false))
        .isInstanceOf(RemedyException.class)
        .hasMessageContaining("'shop' exists already");
    assertThatThrownBy(() -> keys.create("two", "Acme Inc", "x", List.of(), false))
        .hasMessageContaining("'Acme Inc' is not a valid tenant name");
    assertThatThrownBy(() -> keys.create("two", "acme", "x", List.of("admin"), false))
        .hasMessageContaining("no scope 'admin'")
        .hasMessageContaining("operate");
    for (String application :
        List.of("", "shop app", "a@b.org", "shop/web", "import:shop", "eval")) {
      assertThatThrownBy(() -> keys.create("two", "acme", application, List.of(), false))
          .hasMessageContaining("'" + application + "' is not a valid application name");
    }
  }
}
