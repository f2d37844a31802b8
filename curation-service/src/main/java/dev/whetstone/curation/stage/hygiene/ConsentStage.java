package dev.whetstone.curation.stage.hygiene;

import dev.whetstone.contracts.loop.LoopSpec.Consent;
import dev.whetstone.curation.chain.AdmissionContext;
import dev.whetstone.curation.chain.AdmissionFacts;
import dev.whetstone.curation.chain.AdmissionStage;
import dev.whetstone.curation.chain.ReasonCodes;
import dev.whetstone.curation.chain.StageJudgement;
import dev.whetstone.curation.example.Example;

/** Rejects examples without consent to training: the event's own consent, or the loop's default. */
public final class ConsentStage implements AdmissionStage {
  @Override
  public String name() {
    return "consent";
  }

  @Override
  public StageJudgement judge(Example example, AdmissionContext context) {
    if (context.facts().get(AdmissionFacts.CONSENT) instanceof Boolean said) {
      return said
          ? StageJudgement.keep()
          : new StageJudgement.Reject(
              ReasonCodes.NO_CONSENT, "the event refuses consent to training");
    }
    return context.spec().spec().consent().whenAbsent() == Consent.Default.ALLOW
        ? StageJudgement.keep()
        : new StageJudgement.Reject(
            ReasonCodes.NO_CONSENT,
            "the event does not state consent and the loop's default is deny");
  }
}
