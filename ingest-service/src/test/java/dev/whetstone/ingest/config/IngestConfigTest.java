package dev.whetstone.ingest.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.ingest.item.Limits;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class IngestConfigTest {
  @Test
  void shouldHaveTheseDefaults() {
    IngestConfig config = config(Map.of());

    assertThat(config.acknowledgeWithin()).isEqualTo(Duration.ofSeconds(5));
    assertThat(config.retryAfter()).isEqualTo(Duration.ofSeconds(5));
    assertThat(config.lingerMilliseconds()).isEqualTo(2);
    assertThat(new Components().limits(config)).isEqualTo(Limits.standard());
  }

  @Test
  void shouldReadEverySetting() {
    IngestConfig config =
        config(
            Map.of(
                "whetstone.ingest.acknowledge-within", "3S",
                "whetstone.ingest.retry-after", "7S",
                "whetstone.ingest.linger-milliseconds", "0",
                "whetstone.ingest.limits.body-bytes", "1",
                "whetstone.ingest.limits.decoded-bytes", "2",
                "whetstone.ingest.limits.items", "3",
                "whetstone.ingest.limits.item-bytes", "4",
                "whetstone.ingest.limits.nesting", "5",
                "whetstone.ingest.limits.text-characters", "6",
                "whetstone.ingest.limits.messages", "7"));

    assertThat(config.acknowledgeWithin()).isEqualTo(Duration.ofSeconds(3));
    assertThat(config.retryAfter()).isEqualTo(Duration.ofSeconds(7));
    assertThat(config.lingerMilliseconds()).isZero();
    assertThat(new Components().limits(config)).isEqualTo(new Limits(1, 2, 3, 4, 5, 6, 7));
  }

  private static IngestConfig config(Map<String, String> settings) {
    return new SmallRyeConfigBuilder()
        .addDiscoveredConverters()
        .withMapping(IngestConfig.class)
        .withSources(new PropertiesConfigSource(settings, "test", 100))
        .build()
        .getConfigMapping(IngestConfig.class);
  }
}
