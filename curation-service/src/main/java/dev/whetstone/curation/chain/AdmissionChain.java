package dev.whetstone.curation.chain;

import dev.whetstone.curation.example.AdmissionStep;
import dev.whetstone.curation.example.Example;
import java.util.ArrayList;
import java.util.List;

/** Runs an example through the stages in order until one of them drops it. */
public final class AdmissionChain {
  private final List<AdmissionStage> stages;

  public AdmissionChain(List<AdmissionStage> stages) {
    this.stages = List.copyOf(stages);
  }

  public List<String> stageNames() {
    return stages.stream().map(AdmissionStage::name).toList();
  }

  public AdmissionOutcome run(Example example, AdmissionContext context) {
    var steps = new ArrayList<AdmissionStep>();
    Example current = example;
    String stageName = "";
    for (AdmissionStage stage : stages) {
      stageName = stage.name();
      StageJudgement judgement = stage.judge(current, context);
      switch (judgement) {
        case StageJudgement.Keep() -> steps.add(new AdmissionStep(stageName, "keep", ""));
        case StageJudgement.Changed(Example changed, String note) -> {
          current = changed;
          steps.add(new AdmissionStep(stageName, "changed", note));
        }
        case StageJudgement.Quarantine(String reason, _) -> {
          steps.add(new AdmissionStep(stageName, "quarantine", reason));
          return new AdmissionOutcome(current, judgement, stageName, steps);
        }
        case StageJudgement.Reject(String reason, _) -> {
          steps.add(new AdmissionStep(stageName, "reject", reason));
          return new AdmissionOutcome(current, judgement, stageName, steps);
        }
      }
    }
    return new AdmissionOutcome(current, StageJudgement.keep(), stageName, steps);
  }
}
