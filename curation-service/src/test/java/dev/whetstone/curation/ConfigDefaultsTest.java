package dev.whetstone.curation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.curation.batch.BatchCheckConfig;
import dev.whetstone.curation.erasure.ErasureConfig;
import dev.whetstone.curation.retention.RetentionConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The defaults that the documents name. */
class ConfigDefaultsTest {
  @Test
  void shouldVerifyBatchesOnceADay() {
    BatchCheckConfig config = defaults(BatchCheckConfig.class);

    assertThat(config.every()).isEqualTo("10s");
    assertThat(config.interval()).isEqualTo(Duration.ofDays(1));
    assertThat(config.retry()).isEqualTo(Duration.ofMinutes(5));
    assertThat(config.failures()).isEqualTo(5);
    assertThat(config.within()).isEqualTo(Duration.ofMinutes(30));
  }

  @Test
  void shouldEraseInSmallSteps() {
    ErasureConfig config = defaults(ErasureConfig.class);

    assertThat(config.clockTolerance()).isEqualTo(Duration.ofSeconds(10));
    assertThat(config.deadline()).isEqualTo(Duration.ofDays(30));
    assertThat(config.topicRetention()).isEqualTo(Duration.ofDays(14));
    assertThat(config.spread()).isEqualTo(Duration.ofHours(1));
    assertThat(config.eventsAtOnce()).isEqualTo(500);
    assertThat(config.passTime()).isEqualTo(Duration.ofSeconds(2));
  }

  @Test
  void shouldEndRowsAsDocumented() {
    RetentionConfig config = defaults(RetentionConfig.class);

    assertThat(config.every()).isEqualTo("1h");
    assertThat(config.rowsAtOnce()).isEqualTo(1_000);
    assertThat(config.transactionsPerPass()).isEqualTo(100);
    assertThat(config.droppedText()).isEqualTo(Duration.ofDays(30));
    assertThat(config.deadLetterText()).isEqualTo(Duration.ofDays(30));
    assertThat(config.fates()).isEqualTo(Duration.ofDays(400));
    assertThat(config.tombstones()).isEqualTo(Duration.ofDays(400));
    assertThat(config.findings()).isEqualTo(Duration.ofDays(90));
    assertThat(config.cuts()).isEqualTo(Duration.ofDays(30));
  }

  private static <C> C defaults(Class<C> mapping) {
    return new SmallRyeConfigBuilder().withMapping(mapping).build().getConfigMapping(mapping);
  }
}
