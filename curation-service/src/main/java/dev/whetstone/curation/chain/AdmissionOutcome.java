package dev.whetstone.curation.chain;

import dev.whetstone.curation.example.AdmissionStep;
import dev.whetstone.curation.example.Example;
import java.util.List;

/**
 * Result of admission for one example.
 *
 * @param example as the last stage left it
 * @param last the judgement of the last stage that ran
 * @param stage that gave {@code last}
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
