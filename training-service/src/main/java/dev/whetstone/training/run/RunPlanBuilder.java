package dev.whetstone.training.run;

import dev.whetstone.contracts.batch.Form;
import dev.whetstone.contracts.batch.Split;
import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.training.batch.Batch;
import dev.whetstone.training.batch.BatchRepository;
import dev.whetstone.training.batch.DatasetAssembler;
import dev.whetstone.training.checkpoint.RunObjectKeys;
import dev.whetstone.training.plan.HyperparameterRule;
import dev.whetstone.training.plan.RunIdentity;
import dev.whetstone.training.plan.RunPlan;
import dev.whetstone.training.plan.RunStageRule;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Builds a run's plan, before its first attempt: datasets, hyperparameters and starting point. */
@ApplicationScoped
public class RunPlanBuilder {
  private final RunRepository runs;
  private final BatchRepository batches;
  private final DatasetAssembler data;
  private final StartingPointResolver startingPoint;

  public RunPlanBuilder(
      RunRepository runs,
      BatchRepository batches,
      DatasetAssembler data,
      StartingPointResolver startingPoint) {
    this.runs = runs;
    this.batches = batches;
    this.data = data;
    this.startingPoint = startingPoint;
  }

  /**
   * @throws IllegalArgumentException when no example is left to train on
   * @throws dev.whetstone.training.batch.CorruptBatchException when a batch does not verify
   * @throws dev.whetstone.kit.store.ObjectStoreException when a batch or the starting point cannot
   *     be read
   */
  public RunPlan build(RunIdentity identity, LoopSpec spec) {
    LoopSpec.Training training = spec.spec().training();
    List<Batch> sources = batches.byId(identity.loop(), identity.batchIds());
    String folder = RunObjectKeys.datasetsOf(identity.runId());
    Set<String> withdrawn = batches.withdrawnExamples(identity.loop());
    DatasetAssembler.Files train =
        data.files(sources, Form.SFT, Split.TRAIN, withdrawn, training.exampleCap(), folder);
    DatasetAssembler.Files validation =
        data.files(sources, Form.SFT, Split.VALIDATION, withdrawn, training.exampleCap(), folder);
    if (train.examples() == 0) {
      throw new IllegalArgumentException(
          "no correction or demonstration is left to train on: all were withdrawn");
    }
    HyperparameterRule.Choice choice =
        HyperparameterRule.choose(
            training, train.examples(), validation.examples(), runs.learned(identity.loop()));
    List<String> reasons = new ArrayList<>(choice.reasons());
    reasons.addAll(RunStageRule.decide(RunStartRule.trainExamples(sources), 0).waiting());
    StartingPointResolver.Start start = startingPoint.of(identity.loop(), spec);
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
