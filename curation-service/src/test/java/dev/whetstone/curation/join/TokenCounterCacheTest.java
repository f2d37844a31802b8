package dev.whetstone.curation.join;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.kit.store.file.FileScheme;
import dev.whetstone.kit.time.MutableClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenCounterCacheTest {
  private static final Path WHOLE =
      Path.of("../deploy/local/demo/base/tokenizer.json").toAbsolutePath();

  private final MutableClock clock = new MutableClock(Instant.parse("2026-11-02T09:00:00Z"));
  private final TokenCounterCache tokenizers = new TokenCounterCache(FileScheme.resolver(), clock);

  /** The base model is still being copied there. */
  @Test
  void shouldEstimateUntilAHalfWrittenFileIsWhole(@TempDir Path directory) throws IOException {
    Path file = directory.resolve("tokenizer.json");
    byte[] bytes = Files.readAllBytes(WHOLE);
    Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));
    var baseModel = new LoopSpec.BaseModel(directory.toUri().toString(), null, null);

    assertThat(tokenizers.of(baseModel).exact()).isFalse();
    Files.copy(WHOLE, file, StandardCopyOption.REPLACE_EXISTING);
    assertThat(tokenizers.of(baseModel).exact()).as("not read for every example").isFalse();

    clock.advance(Duration.ofMinutes(1));
    assertThat(tokenizers.of(baseModel).exact()).isTrue();
  }
}
