package dev.whetstone.training.status;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.training.attempt.AttemptRepository;
import dev.whetstone.training.run.RunRepository;

/** Gives tests of other packages the API's view of runs. */
public final class RunTestViews {
  private RunTestViews() {}

  public static RunView newest(RunRepository runs, AttemptRepository attempts, LoopId loop) {
    RunRepository.StoredRun stored = runs.newest(loop, 100).getFirst();
    return RunView.of(stored, attempts.views(stored.run().identity().runId()));
  }
}
