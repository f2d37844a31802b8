package dev.whetstone.eval.status;

import dev.whetstone.eval.erasure.ErasureDeadline;
import dev.whetstone.kit.loop.DeclaredLoop;
import dev.whetstone.kit.loop.LoopCondition;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.Optional;

/** Reports a champion that is trained on erased data, with its deadline. */
@ApplicationScoped
public class ErasureStatus {
  private final ErasureDeadline deadlines;
  private final Clock clock;

  public ErasureStatus(ErasureDeadline deadlines, Clock clock) {
    this.deadlines = deadlines;
    this.clock = clock;
  }

  /** Empty if the champion is not tainted. */
  Optional<LoopCondition> of(DeclaredLoop loop) {
    return deadlines
        .tainted(loop.spec())
        .map(
            tainted -> {
              boolean over = !clock.instant().isBefore(tainted.deadline());
              return LoopCondition.of(
                  "ErasedData",
                  false,
                  over ? "DeadlineOver" : "ChampionTainted",
                  ("the champion %s is trained on erased data (%s), reported at %s; from %s on it is"
                          + " not served and not loaded again. Train and promote a candidate without"
                          + " that data before then, else the newest former champion without it"
                          + " serves, or the base")
                      .formatted(
                          tainted.champion().servedName(),
                          tainted.reason(),
                          tainted.since(),
                          tainted.deadline()));
            });
  }
}
