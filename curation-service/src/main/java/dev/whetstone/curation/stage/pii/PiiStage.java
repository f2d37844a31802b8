package dev.whetstone.curation.stage.pii;

import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.curation.chain.AdmissionContext;
import dev.whetstone.curation.chain.AdmissionStage;
import dev.whetstone.curation.chain.StageJudgement;
import dev.whetstone.curation.example.Example;

/** Redacts the types of personal data that the loop names. */
public final class PiiStage implements AdmissionStage {
  /** Name in an example's steps; an example with this step has had its personal data redacted. */
  public static final String NAME = "pii";

  private final PiiRecognizer recognizer;

  public PiiStage(PiiRecognizer recognizer) {
    this.recognizer = recognizer;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public StageJudgement judge(Example example, AdmissionContext context) {
    LoopSpec.Pii pii = context.curation().pii();
    if (!pii.enabled()) {
      return StageJudgement.keep();
    }
    Example redacted = new PiiRedactor(recognizer, PiiType.of(pii.types())).redact(example);
    return redacted.equals(example)
        ? StageJudgement.keep()
        : new StageJudgement.Changed(redacted, "redacted " + redacted.redactions());
  }
}
