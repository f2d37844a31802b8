package dev.whetstone.training.engine;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.contracts.run.RunSpec;
import dev.whetstone.contracts.scoring.ScoringSpec;
import dev.whetstone.training.plan.HyperparameterAdjustment;
import dev.whetstone.training.plan.RunPlan;
import dev.whetstone.training.plan.RunSpecBuilder;
import dev.whetstone.training.plan.TestLoopSpecs;
import java.util.List;
import java.util.Map;

/** Launches with fixed names, and the specs that engines get. */
public final class TestLaunches {
  static final LoopId LOOP = new LoopId("acme", "support");

  private TestLaunches() {}

  public static AttemptLaunch training(LoopSpec.Engine engine) {
    return training("run-1", engine);
  }

  public static AttemptLaunch training(String run, LoopSpec.Engine engine) {
    return new AttemptLaunch(
        LOOP,
        new WorkerTask.Training(spec(run, 3)),
        engine,
        "the-token",
        Map.of("WHETSTONE_SERVING_KEY", "the-key"));
  }

  public static AttemptLaunch scoring(LoopSpec.Engine engine) {
    return new AttemptLaunch(
        LOOP, new WorkerTask.Scoring(scoringSpec("ev-1", 2)), engine, "the-token");
  }

  public static RunSpec spec(String run, long fence) {
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
    return RunSpecBuilder.build(
        TestLoopSpecs.training(""),
        plan,
        new RunSpecBuilder.AttemptFacts(
            run, run + "-" + fence, fence, null, null, "file:///o/", "http://127.0.0.1:1"));
  }

  static ScoringSpec scoringSpec(String job, long fence) {
    return new ScoringSpec(
        job,
        "scoring." + job + "." + fence,
        fence,
        new LoopSpec.BaseModel("file:///base", "b".repeat(64), null),
        new RunSpec.Input("file:///items.jsonl", "a".repeat(64)),
        List.of(),
        8192,
        new RunSpec.Output("file:///o/"),
        new RunSpec.Callback("http://127.0.0.1:1"));
  }
}
