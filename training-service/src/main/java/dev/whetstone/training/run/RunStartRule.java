package dev.whetstone.training.run;

import dev.whetstone.contracts.batch.Form;
import dev.whetstone.contracts.batch.Split;
import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.training.batch.Batch;
import dev.whetstone.training.plan.RunStageRule;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Decides whether a loop's next run starts now. */
public final class RunStartRule {
  private RunStartRule() {}

  /**
   * What the decision depends on.
   *
   * @param trainable its adopted and pending batches, oldest first
   * @param spec the declaration that the newest of them was cut with, if this service has it
   * @param undecided whether the last checkpoint still waits for its first decision
   * @param runsToday started in the last 24 hours
   * @param gpuSecondsToday used in the last 24 hours
   * @param limited the loop's newest run, if a limit ended it before there was a state to keep
   */
  public record Facts(
      List<Batch> trainable,
      boolean liveRun,
      Optional<LoopSpec> spec,
      boolean undecided,
      int runsToday,
      double gpuSecondsToday,
      int leastSftExamples,
      Optional<Limited> limited) {
    public Facts {
      trainable = List.copyOf(trainable);
    }
  }

  /**
   * A run that a limit ended before there was a state to keep.
   *
   * @param loopSpecSha256 the declaration that it obeyed
   * @param reason names the limit
   */
  public record Limited(String runId, String loopSpecSha256, String reason) {}

  /** Answer of the rule. */
  public sealed interface Answer {
    /** Start a run over all trainable batches. */
    record Start() implements Answer {}

    /**
     * Start no run yet.
     *
     * @param reason stable, one word
     * @param message a sentence for the status
     */
    record Wait(String reason, String message) implements Answer {}
  }

  /** Decides. */
  public static Answer decide(Facts facts) {
    if (facts.trainable().stream().noneMatch(Batch::isNew)) {
      return new Answer.Wait("NoNewBatch", "waiting for the next batch");
    }
    if (facts.liveRun()) {
      return new Answer.Wait("RunLive", "new batches wait for the live run to end");
    }
    if (facts.spec().isEmpty()) {
      return new Answer.Wait(
          "LoopUnknown",
          "the declaration that the newest batch was cut with has not arrived from whetstone.loops");
    }
    if (facts.undecided()) {
      return new Answer.Wait(
          "DecisionPending", "new batches wait for the decision about the last checkpoint");
    }
    Optional<Answer.Wait> limited = waitForLimit(facts);
    if (limited.isPresent()) {
      return limited.get();
    }
    LoopSpec.Spec spec = facts.spec().get().spec();
    Optional<Answer.Wait> data = waitForData(facts, spec);
    return data.isPresent() ? data.get() : budgets(facts, spec.budgets());
  }

  /**
   * More examples under the same limit would end in the same way. Another declaration, or giving
   * the batches back, ends the wait.
   */
  private static Optional<Answer.Wait> waitForLimit(Facts facts) {
    String declaration = facts.trainable().getLast().loopSpecSha256();
    return facts
        .limited()
        .filter(run -> run.loopSpecSha256().equals(declaration))
        .filter(
            run ->
                facts.trainable().stream().anyMatch(batch -> run.runId().equals(batch.trainedBy())))
        .map(
            run ->
                new Answer.Wait(
                    "LimitReached",
                    "a run over the new batches would end like %s: %s. Raise the limit and apply the loop's file, which counts for batches that are sealed afterwards, or train with POST /v1/runs/%s/retry"
                        .formatted(run.runId(), run.reason(), run.runId())));
  }

  private static Optional<Answer.Wait> waitForData(Facts facts, LoopSpec.Spec spec) {
    int least = Math.min(facts.leastSftExamples(), spec.curation().seal().minExamples());
    RunStageRule.Answer stages = RunStageRule.decide(trainExamples(facts.trainable()), least);
    boolean newSft =
        facts.trainable().stream()
            .anyMatch(batch -> batch.isNew() && batch.count(Form.SFT, Split.TRAIN) > 0);
    return switch (stages) {
      case RunStageRule.Answer.TooFew few ->
          Optional.of(new Answer.Wait("TooFewExamples", String.join("; ", few.waiting())));
      case RunStageRule.Answer.Train _ when !newSft ->
          Optional.of(
              new Answer.Wait(
                  "NothingNewForSft", "the new batches hold no correction or demonstration"));
      case RunStageRule.Answer.Train _ -> Optional.empty();
    };
  }

  private static Answer budgets(Facts facts, LoopSpec.Budgets budgets) {
    if (budgets.maxRunsPerDay() > 0 && facts.runsToday() >= budgets.maxRunsPerDay()) {
      return new Answer.Wait(
          "BudgetSpent",
          "%d of %d runs were started in the last 24 hours (budgets.maxRunsPerDay)"
              .formatted(facts.runsToday(), budgets.maxRunsPerDay()));
    }
    if (budgets.maxGpuSecondsPerDay() > 0
        && facts.gpuSecondsToday() >= budgets.maxGpuSecondsPerDay()) {
      return new Answer.Wait(
          "BudgetSpent",
          "%.0f of %d GPU seconds were used in the last 24 hours (budgets.maxGpuSecondsPerDay)"
              .formatted(facts.gpuSecondsToday(), budgets.maxGpuSecondsPerDay()));
    }
    return new Answer.Start();
  }

  /** Train rows per form over all batches. */
  static Map<Form, Integer> trainExamples(List<Batch> batches) {
    Map<Form, Integer> counts = new EnumMap<>(Form.class);
    for (Form form : Form.values()) {
      counts.put(form, batches.stream().mapToInt(batch -> batch.count(form, Split.TRAIN)).sum());
    }
    return counts;
  }
}
