package dev.whetstone.curation.chain;

import dev.whetstone.curation.example.AdmissionStep;
import dev.whetstone.curation.example.Example;
import java.util.List;

/**
 * What admission made of an example.
 *
 * @param example in its last shape
 * @param last the judgement that ended the way: keep, or why not
 * @param stage that gave it
 */
public record AdmissionOutcome(
    Example example, StageJudgement last, String stage, List<AdmissionStep> steps) {
  public AdmissionOutcome {
    steps = List.copyOf(steps);
  }

  public boolean admitted() {
    return last.passes();
  }
}
