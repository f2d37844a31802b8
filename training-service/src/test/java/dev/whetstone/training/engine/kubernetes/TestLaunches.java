package dev.whetstone.training.engine.kubernetes;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.contracts.run.RunSpec;
import dev.whetstone.contracts.scoring.ScoringSpec;
import dev.whetstone.training.engine.AttemptLaunch;
import dev.whetstone.training.engine.WorkerTask;
import dev.whetstone.training.plan.HyperparameterAdjustment;
import dev.whetstone.training.plan.RunPlan;
import dev.whetstone.training.plan.RunSpecBuilder;
import dev.whetstone.training.plan.TestLoopSpecs;
import java.util.List;
import java.util.Map;

/** Launches with fixed names. */
final class TestLaunches {
  private static final LoopId LOOP = new LoopId("acme", "support");

  private TestLaunches() {}

  static AttemptLaunch training(LoopSpec.Engine engine) {
    return training("run-1", engine);
  }

  static AttemptLaunch training(String run, LoopSpec.Engine engine) {
    RunPlan plan =
        new RunPlan(
            List.of(),
            List.of(),
            1,
            0,
            new RunSpec.Hyperparameters(1, 8, null, 1e-4, 0, 0, false, false),
            1,
            List.of(),
            null,
            null,
            HyperparameterAdjustment.NOTHING);
    RunSpec spec =
        RunSpecBuilder.build(
            TestLoopSpecs.training(""),
            plan,
            new RunSpecBuilder.AttemptFacts(
                run, run + "-3", 3, null, null, "s3://store/o/", "http://training:8083"));
    return new AttemptLaunch(
        LOOP,
        new WorkerTask.Training(spec),
        engine,
        "the-token",
        Map.of("WHETSTONE_SERVING_KEY", "the-key"));
  }

  static AttemptLaunch scoring(LoopSpec.Engine engine) {
    ScoringSpec spec =
        new ScoringSpec(
            "ev-1",
            "scoring.ev-1.2",
            2,
            new LoopSpec.BaseModel("s3://store/base", "b".repeat(64), null),
            new RunSpec.Input("s3://store/items.jsonl", "a".repeat(64)),
            List.of(),
            8192,
            new RunSpec.Output("s3://store/o/"),
            new RunSpec.Callback("http://training:8083"));
    return new AttemptLaunch(LOOP, new WorkerTask.Scoring(spec), engine, "the-token");
  }
}
