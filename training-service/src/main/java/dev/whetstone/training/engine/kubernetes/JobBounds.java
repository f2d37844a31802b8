package dev.whetstone.training.engine.kubernetes;

import dev.whetstone.training.engine.WorkerTask;
import java.util.OptionalInt;

/** How many workers of each kind of work an engine has at the same time; absent sets no bound. */
public record JobBounds(OptionalInt training, OptionalInt scoring) {
  /** The bound of a task's kind, with its setting below {@code whetstone.training.kubernetes}. */
  Bound of(WorkerTask task) {
    return switch (task) {
      case WorkerTask.Training _ -> new Bound(training, "max-workers");
      case WorkerTask.Scoring _ -> new Bound(scoring, "scoring-workers");
    };
  }

  /** The bound of one kind of work. */
  public record Bound(OptionalInt most, String setting) {}
}
