package dev.whetstone.training.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.training.batch.BatchRepository.NewBatches;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class PlanningScheduleTest {
  private static final Instant NOW = Instant.parse("2026-11-20T10:00:00Z");
  private static final NewBatches FIRST = batches("support", "1 up to 3");
  private static final NewBatches OTHER = batches("sales", "1 up to 1");

  private final PlanningSchedule schedule = new PlanningSchedule();

  @Test
  void shouldLeaveALoopAloneUntilItsTimeHasCome() {
    schedule.postpone(FIRST, NOW.plusSeconds(30));

    assertThat(schedule.due(List.of(FIRST, OTHER), NOW.plusSeconds(29))).containsExactly(OTHER);
    assertThat(schedule.due(List.of(FIRST, OTHER), NOW.plusSeconds(30)))
        .containsExactly(FIRST, OTHER);
  }

  @Test
  void shouldLookAtOnceWhenTheBatchesChange() {
    schedule.postpone(FIRST, NOW.plusSeconds(30));
    NewBatches more = batches("support", "2 up to 4");

    assertThat(schedule.due(List.of(more), NOW)).containsExactly(more);
  }

  @Test
  void shouldForgetLoopsThatHaveNoNewBatches() {
    schedule.postpone(FIRST, NOW.plusSeconds(30));

    assertThat(schedule.due(List.of(OTHER), NOW)).containsExactly(OTHER);
    assertThat(schedule.due(List.of(FIRST), NOW)).containsExactly(FIRST);
  }

  private static NewBatches batches(String loop, String version) {
    return new NewBatches(new LoopId("acme", loop), version);
  }
}
