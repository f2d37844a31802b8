package dev.whetstone.ingest.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whetstone.ingest.item.InputLimits;
import dev.whetstone.ingest.item.OccurrenceTimeRule;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IngestConfigTest {
  @Test
  void shouldHaveTheseDefaults() {
    IngestConfig config = config(Map.of());

    assertThat(config.acknowledgeWithin()).isEqualTo(Duration.ofSeconds(5));
    assertThat(config.readWithin()).isEqualTo(Duration.ofSeconds(30));
    assertThat(config.retryAfter()).isEqualTo(Duration.ofSeconds(5));
    assertThat(config.lingerMilliseconds()).isEqualTo(2);
    assertThat(new ComponentProducer().limits(config)).isEqualTo(InputLimits.standard());
    assertThat(config.connectionKey()).isEmpty();
    assertThat(config.times().ahead()).isEqualTo(OccurrenceTimeRule.standard().ahead());
    assertThat(config.times().unusualAge()).isEqualTo(OccurrenceTimeRule.standard().unusualAge());
  }

  @Test
  void shouldReadEverySetting() {
    IngestConfig config =
        config(
            Map.ofEntries(
                Map.entry("whetstone.ingest.acknowledge-within", "3S"),
                Map.entry("whetstone.ingest.read-within", "9S"),
                Map.entry("whetstone.ingest.retry-after", "7S"),
                Map.entry("whetstone.ingest.linger-milliseconds", "0"),
                Map.entry("whetstone.ingest.connection-key", "a secret"),
                Map.entry("whetstone.ingest.times.ahead", "2M"),
                Map.entry("whetstone.ingest.times.unusual-age", "20D"),
                Map.entry("whetstone.ingest.limits.body-bytes", "1"),
                Map.entry("whetstone.ingest.limits.decoded-bytes", "2"),
                Map.entry("whetstone.ingest.limits.items", "3"),
                Map.entry("whetstone.ingest.limits.item-bytes", "4"),
                Map.entry("whetstone.ingest.limits.nesting", "5"),
                Map.entry("whetstone.ingest.limits.text-characters", "6"),
                Map.entry("whetstone.ingest.limits.messages", "7")));

    assertThat(config.acknowledgeWithin()).isEqualTo(Duration.ofSeconds(3));
    assertThat(config.readWithin()).isEqualTo(Duration.ofSeconds(9));
    assertThat(config.retryAfter()).isEqualTo(Duration.ofSeconds(7));
    assertThat(config.connectionKey()).contains("a secret");
    assertThat(config.times().ahead()).isEqualTo(Duration.ofMinutes(2));
    assertThat(config.times().unusualAge()).isEqualTo(Duration.ofDays(20));
    assertThat(config.lingerMilliseconds()).isZero();
    assertThat(new ComponentProducer().limits(config))
        .isEqualTo(new InputLimits(1, 2, 3, 4, 5, 6, 7));
  }

  @ParameterizedTest
  @CsvSource({
    "acknowledge-within, 99MS, PT0.1S to PT1M",
    "acknowledge-within, 61S, PT0.1S to PT1M",
    "read-within, 0S, PT0.1S to PT1H",
    "times.ahead, 25H, PT0S to PT24H",
    "times.unusual-age, 0S, PT0.1S to PT876000H",
    "limits.item-bytes, 1000001, 1 to 1000000",
    "limits.item-bytes, 0, 1 to 1000000"
  })
  void shouldNameASettingThatIsOutOfItsBounds(String name, String value, String allowed) {
    IngestConfig config = config(Map.of("whetstone.ingest." + name, value));

    assertThatThrownBy(() -> ConfigBounds.check(config))
        .hasMessageStartingWith("whetstone.ingest." + name + " is ")
        .hasMessageEndingWith("; set it to " + allowed);
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
