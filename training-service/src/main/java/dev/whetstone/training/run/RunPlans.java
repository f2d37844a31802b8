package dev.whetstone.training.run;

import dev.whetstone.contracts.batch.Form;
import dev.whetstone.contracts.batch.Split;
import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.training.batch.Batch;
import dev.whetstone.training.batch.Batches;
import dev.whetstone.training.batch.TrainingData;
import dev.whetstone.training.plan.HyperparameterRule;
import dev.whetstone.training.plan.RunPlan;
import dev.whetstone.training.plan.StageRule;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Gathers what a run trains on and how, before its first attempt. */
@ApplicationScoped
public class RunPlans {
  private final Runs runs;
  private final Batches batches;
  private final TrainingData data;
  private final StartingPoint startingPoint;

  public RunPlans(Runs runs, Batches batches, TrainingData data, StartingPoint startingPoint) {
    this.runs = runs;
    this.batches = batches;
    this.data = data;
    this.startingPoint = startingPoint;
  }

  /**
   * @throws IllegalArgumentException when nothing is left to train on
   * @throws dev.whetstone.training.batch.CorruptBatchException when a batch does not verify
   * @throws dev.whetstone.kit.store.ObjectStoreException when something to train on or to start
   *     from cannot be read
   */
  public RunPlan make(RunIdentity identity, LoopSpec spec) {
    LoopSpec.Training training = spec.spec().training();
    List<Batch> sources = batches.byId(identity.loop(), identity.batchIds());
    Set<String> withdrawn = batches.withdrawnExamples(identity.loop());
    TrainingData.Files train =
        data.files(sources, Form.SFT, Split.TRAIN, withdrawn, training.exampleCap());
    TrainingData.Files validation =
        data.files(sources, Form.SFT, Split.VALIDATION, withdrawn, training.exampleCap());
    if (train.examples() == 0) {
      throw new IllegalArgumentException(
          "no corrections or demonstrations are left to train on: all were withdrawn");
    }
    HyperparameterRule.Choice choice =
        HyperparameterRule.choose(
            training, train.examples(), validation.examples(), runs.learned(identity.loop()));
    List<String> reasons = new ArrayList<>(choice.reasons());
    reasons.addAll(StageRule.decide(PlanRule.trainExamples(sources), 0).waiting());
    StartingPoint.Start start = startingPoint.of(identity.loop(), spec);
    if (start.reason() != null) {
      reasons.add(start.reason());
    }
    return new RunPlan(
        train.datasets(),
        validation.datasets(),
        train.examples(),
        validation.examples(),
        choice.values(),
        choice.steps(),
        reasons,
        start.adapter(),
        start.checkpointId(),
        runs.learned(identity.loop()));
  }
}
