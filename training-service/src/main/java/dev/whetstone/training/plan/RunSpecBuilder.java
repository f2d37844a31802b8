package dev.whetstone.training.plan;

import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.contracts.run.RunSpec;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Builds the spec that a worker reads: a pure function of the loop's spec, the plan and the
 * attempt.
 */
public final class RunSpecBuilder {
  private RunSpecBuilder() {}

  /**
   * What differs between attempts of a run.
   *
   * @param microBatchSize halved after running out of memory; absent leaves the choice to the
   *     worker
   */
  public record AttemptFacts(
      String runId,
      String attempt,
      long fence,
      @Nullable Integer microBatchSize,
      RunSpec.@Nullable Input resumeFrom,
      String outputUri,
      String callbackUrl) {}

  /**
   * Builds the spec of one attempt.
   *
   * @throws IllegalArgumentException when the loop's spec lacks a digest; the message names it
   */
  public static RunSpec build(LoopSpec spec, RunPlan plan, AttemptFacts facts) {
    LoopSpec.Training training = spec.spec().training();
    LoopSpec.BaseModel base = spec.spec().baseModel();
    return new RunSpec(
        facts.runId(),
        facts.attempt(),
        facts.fence(),
        base,
        base.chatTemplateSha256(),
        plan.initAdapter(),
        training.replay().stream().map(RunSpecBuilder::replay).toList(),
        List.of(
            new RunSpec.Stage(
                RunSpec.Objective.SFT,
                plan.train(),
                plan.validation(),
                withMicroBatch(plan.hyperparameters(), facts.microBatchSize()))),
        training.lora(),
        training.maxSequenceLength(),
        training.seed(),
        training.resumeEverySteps(),
        new RunSpec.Serving(
            spec.spec().serving().endpoint(), spec.spec().serving().credentialsRef()),
        new RunSpec.Retention(training.retention().method(), training.retention().strength()),
        facts.resumeFrom(),
        new RunSpec.Output(facts.outputUri()),
        new RunSpec.Limits(training.maxSeconds(), training.maxGpuSeconds()),
        new RunSpec.Callback(facts.callbackUrl()));
  }

  private static RunSpec.Replay replay(LoopSpec.ReplaySet set) {
    String digest = set.sha256();
    if (digest == null) {
      throw new IllegalArgumentException(
          "replay set "
              + set.uri()
              + " has no digest; add sha256 to it in the loop's file and apply it again");
    }
    return new RunSpec.Replay(set.uri(), digest, set.share());
  }

  private static RunSpec.Hyperparameters withMicroBatch(
      RunSpec.Hyperparameters values, @Nullable Integer microBatchSize) {
    return new RunSpec.Hyperparameters(
        values.epochs(),
        values.batchSize(),
        microBatchSize,
        values.learningRate(),
        values.weightDecay(),
        values.warmupRatio(),
        values.packing(),
        values.earlyStopping());
  }
}
