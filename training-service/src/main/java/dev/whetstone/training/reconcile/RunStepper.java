package dev.whetstone.training.reconcile;

import dev.whetstone.kit.time.LeaseClock;
import dev.whetstone.training.run.Run;
import dev.whetstone.training.run.RunFinisher;
import dev.whetstone.training.run.RunRepository;
import dev.whetstone.training.run.RunRepository.StoredRun;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.Optional;

/**
 * Takes one run one step further: reads its rows, observes its worker and the object store outside
 * any transaction, decides, and applies the decision in a short transaction. It keeps no state, so
 * that it may be killed at any line.
 */
@ApplicationScoped
public class RunStepper {
  private final RunRepository runs;
  private final AttemptStarter starter;
  private final AttemptWatcher watcher;
  private final RunFinisher finisher;
  private final RunMoveApplier applier;
  private final LeaseClock clock;

  public RunStepper(
      RunRepository runs,
      AttemptStarter starter,
      AttemptWatcher watcher,
      RunFinisher finisher,
      RunMoveApplier applier,
      LeaseClock clock) {
    this.runs = runs;
    this.starter = starter;
    this.watcher = watcher;
    this.finisher = finisher;
    this.applier = applier;
    this.clock = clock;
  }

  /** Answers whether the run moved, so that another step may follow at once. */
  public boolean step(String runId) {
    Optional<StoredRun> found = runs.find(runId);
    if (found.isEmpty()) {
      return false;
    }
    StoredRun seen = found.get();
    Instant now = clock.now();
    return switch (seen.run()) {
      case Run.Waiting waiting when seen.supersedeReason() != null ->
          applier.apply(seen, () -> finisher.supersede(waiting, seen.supersedeReason(), now));
      case Run.Waiting waiting when waiting.isDue(now) -> starter.start(seen, waiting, now);
      case Run.Waiting _ -> false;
      case Run.Active active -> watcher.look(seen, active, now);
      case Run.Succeeded _, Run.Failed _, Run.Superseded _ -> false;
    };
  }
}
