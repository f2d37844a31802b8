package dev.whetstone.curation.chain;

import java.util.List;

/**
 * What admission made of an example.
 *
 * @param example in its last shape
 * @param last the judgement that ended the way: keep, or why not
 * @param stage that gave it
 */
public record AdmissionOutcome(Example example, Judgement last, String stage, List<Step> steps) {
  public AdmissionOutcome {
    steps = List.copyOf(steps);
  }

  public boolean admitted() {
    return last.passes();
  }
}
