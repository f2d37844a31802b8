package dev.whetstone.kit.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.testing.GeneratedSection;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** docs/metrics.md lists the meters that the code describes. */
class MeterCatalogueTest {
  private static final Path PAGE = Path.of("../docs/metrics.md");

  @Test
  void shouldListTheSharedMeters() throws IOException {
    new GeneratedSection(PAGE, "meters of all services")
        .shouldBe(MeterTable.of(KitMeter.values()), "metrics.page.write");
  }

  @Test
  void shouldNameMetersAsPrometheusDoes() {
    assertThat(KitMeter.DEAD_LETTERS.description().prometheusName())
        .isEqualTo("whetstone_dead_letters_total");
    assertThat(KitMeter.OUTBOX_OLDEST_AGE.description().prometheusName())
        .isEqualTo("whetstone_outbox_oldest_age_seconds");
  }

  @Test
  void shouldDescribeEveryMeterOnce() {
    assertThat(Arrays.stream(KitMeter.values()).map(KitMeter::meterName)).doesNotHaveDuplicates();
  }
}
