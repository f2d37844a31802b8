package dev.whetstone.curation.reconcile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whetstone.curation.cut.CutLimits;
import io.smallrye.config.SmallRyeConfigBuilder;
import org.junit.jupiter.api.Test;

class CutWorkersTest {
  @Test
  void shouldKeepAWorkerForSmallLoopsWhileALargeOneIsCut() {
    var workers = new CutWorkers(limits(2));
    CutWorkers.Worker large = workers.take(1_000_000).orElseThrow();

    assertThat(workers.take(1_000_000)).isEmpty();
    CutWorkers.Worker small = workers.take(10).orElseThrow();
    assertThat(workers.take(10)).isEmpty();
    assertThat(workers.awaitIdle(0)).isFalse();

    large.close();
    small.close();
    assertThat(workers.awaitIdle(0)).isTrue();
    assertThat(workers.take(1_000_000)).isPresent();
  }

  @Test
  void shouldRefuseASettingThatLeavesNoWorkerForSmallLoops() {
    assertThatThrownBy(() -> new CutWorkers(limits(1)))
        .hasMessageContaining("whetstone.curation.cut.workers is 1");
  }

  @Test
  void shouldHaveTheDocumentedDefaults() {
    CutLimits limits =
        new SmallRyeConfigBuilder()
            .withMapping(CutLimits.class)
            .build()
            .getConfigMapping(CutLimits.class);

    assertThat(limits.maxExamples()).isEqualTo(10_000);
    assertThat(limits.maxBytes()).isEqualTo(16L << 20);
    assertThat(limits.earlierBytes()).isEqualTo(8L << 20);
    assertThat(limits.quarantinedBytes()).isEqualTo(4L << 20);
    assertThat(limits.promptCharacters()).isEqualTo(8L << 20);
    assertThat(limits.workers()).isEqualTo(2);
  }

  private static CutLimits limits(int workers) {
    return new SmallRyeConfigBuilder()
        .withMapping(CutLimits.class)
        .withDefaultValue("whetstone.curation.cut.workers", String.valueOf(workers))
        .build()
        .getConfigMapping(CutLimits.class);
  }
}
