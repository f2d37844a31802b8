package dev.whetstone.curation.chain;

import java.util.ArrayList;
import java.util.List;

/** Runs an example through stages in order, until one drops it. */
public final class AdmissionChain {
  private final List<AdmissionStage> stages;

  public AdmissionChain(List<AdmissionStage> stages) {
    this.stages = List.copyOf(stages);
  }

  public List<String> stageNames() {
    return stages.stream().map(AdmissionStage::name).toList();
  }

  public AdmissionOutcome run(Example example, AdmissionContext context) {
    var steps = new ArrayList<Step>();
    Example current = example;
    String stageName = "";
    for (AdmissionStage stage : stages) {
      stageName = stage.name();
      Judgement judgement = stage.judge(current, context);
      switch (judgement) {
        case Judgement.Keep() -> steps.add(new Step(stageName, "keep", ""));
        case Judgement.Changed(Example changed, String note) -> {
          current = changed;
          steps.add(new Step(stageName, "changed", note));
        }
        case Judgement.Quarantine(String reason, _) -> {
          steps.add(new Step(stageName, "quarantine", reason));
          return new AdmissionOutcome(current, judgement, stageName, steps);
        }
        case Judgement.Reject(String reason, _) -> {
          steps.add(new Step(stageName, "reject", reason));
          return new AdmissionOutcome(current, judgement, stageName, steps);
        }
      }
    }
    return new AdmissionOutcome(current, Judgement.keep(), stageName, steps);
  }
}
