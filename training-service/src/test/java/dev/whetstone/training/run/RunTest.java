package dev.whetstone.training.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.training.plan.RunIdentity;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class RunTest {
  private static final Instant NOW = Instant.parse("2026-11-20T10:00:00Z");
  private final Run.Waiting waiting =
      new Run.Waiting(
          new RunIdentity("run-1", new LoopId("acme", "support"), List.of("b"), "s", NOW),
          0,
          RunTally.NONE,
          NOW,
          null);

  @Test
  void shouldGiveEveryAttemptTheNextFence() {
    Run.Active first = waiting.start();
    NextStep.Again again = new NextStep.Again(NOW, new RunTally(1, 0, 0, 0, 4), "killed");

    Run.Active second = first.retry(again).start();

    assertThat(first.fence()).isEqualTo(1);
    assertThat(second.fence()).isEqualTo(2);
    assertThat(second.tally()).isEqualTo(new RunTally(1, 0, 0, 0, 4));
  }

  @Test
  void shouldWaitUntilItIsDue() {
    Run.Waiting postponed = waiting.postpone(NOW.plusSeconds(5), "store away");

    assertThat(postponed.isDue(NOW.plusSeconds(4))).isFalse();
    assertThat(postponed.isDue(NOW.plusSeconds(5))).isTrue();
    assertThat(postponed.fence()).isZero();
  }

  @Test
  void shouldSucceedFailOrBeSuperseded() {
    Run.Active active = waiting.start();

    assertThat(active.succeed("c", NOW).checkpointId()).isEqualTo("c");
    assertThat(active.fail("bad-data", "why", NOW).code()).isEqualTo("bad-data");
    assertThat(waiting.supersede("erased", NOW).reason()).isEqualTo("erased");
  }
}
