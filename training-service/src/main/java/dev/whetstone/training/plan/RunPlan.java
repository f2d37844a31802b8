package dev.whetstone.training.plan;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.whetstone.contracts.run.RunSpec;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What every attempt of a run shares, fixed before the first, so that an attempt which resumes sees
 * the same rows and the same hyperparameters.
 *
 * @param trainExamples rows in {@code train}
 * @param steps optimizer steps expected
 * @param parentCheckpointId the champion it starts from, if it starts from one
 * @param learned the adjustment that the hyperparameters include
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record RunPlan(
    List<RunSpec.Dataset> train,
    List<RunSpec.Dataset> validation,
    int trainExamples,
    int validationExamples,
    RunSpec.Hyperparameters hyperparameters,
    int steps,
    List<String> reasons,
    RunSpec.@Nullable Input initAdapter,
    @Nullable String parentCheckpointId,
    HyperparameterAdjustment learned) {
  public RunPlan {
    train = List.copyOf(train);
    validation = List.copyOf(validation);
    reasons = List.copyOf(reasons);
  }
}
