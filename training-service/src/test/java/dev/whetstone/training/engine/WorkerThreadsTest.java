package dev.whetstone.training.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WorkerThreadsTest {
  @ParameterizedTest(name = "{0} workers on {1} cores")
  @CsvSource({"1, 16, 16", "2, 16, 8", "4, 16, 4", "3, 16, 5", "8, 2, 1"})
  void shouldShareTheCoresAmongTheWorkers(int workers, int cores, String threads) {
    assertThat(WorkerThreads.environment(Optional.empty(), workers, cores, Map.of()))
        .containsOnly(Map.entry("OMP_NUM_THREADS", threads), Map.entry("MKL_NUM_THREADS", threads));
  }

  @Test
  void shouldPreferTheConfiguredNumber() {
    assertThat(WorkerThreads.environment(Optional.of(6), 2, 16, Map.of("OMP_NUM_THREADS", "3")))
        .containsEntry("WHETSTONE_WORKER_THREADS", "6")
        .containsEntry("OMP_NUM_THREADS", "6");
  }

  @Test
  void shouldKeepALimitThatTheServiceWasStartedWith() {
    assertThat(WorkerThreads.environment(Optional.empty(), 2, 16, Map.of("OMP_NUM_THREADS", "3")))
        .isEmpty();
  }
}
