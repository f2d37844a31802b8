package dev.whetstone.training.engine;

import dev.whetstone.contracts.run.RunSpec;
import dev.whetstone.contracts.scoring.ScoringSpec;

/** What a worker is started for. */
public sealed interface WorkerTask {
  /** Names the worker. */
  String attemptId();

  /** The worker's command, which reads the spec. */
  String command();

  /** What the worker reads, as JSON. */
  Record spec();

  /** The fence of the attempt, as the spec has it. */
  long fence();

  /** Trains one attempt of a run. */
  record Training(RunSpec spec) implements WorkerTask {
    @Override
    public String attemptId() {
      return spec.attempt();
    }

    @Override
    public String command() {
      return "train";
    }

    @Override
    public long fence() {
      return spec.fence();
    }
  }

  /** Scores the reference answers of a scoring job. */
  record Scoring(ScoringSpec spec) implements WorkerTask {
    @Override
    public String attemptId() {
      return spec.attempt();
    }

    @Override
    public String command() {
      return "score";
    }

    @Override
    public long fence() {
      return spec.fence();
    }
  }
}
