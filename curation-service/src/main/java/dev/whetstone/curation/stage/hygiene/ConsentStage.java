package dev.whetstone.curation.stage.hygiene;

import dev.whetstone.contracts.loop.LoopSpec.Consent;
import dev.whetstone.curation.chain.AdmissionContext;
import dev.whetstone.curation.chain.AdmissionFacts;
import dev.whetstone.curation.chain.AdmissionStage;
import dev.whetstone.curation.chain.ReasonCodes;
import dev.whetstone.curation.chain.StageJudgement;
import dev.whetstone.curation.example.Example;

/** No training on what nobody agreed to: the event's own word, else the loop's default. */
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
              ReasonCodes.NO_CONSENT, "the event says training is not agreed to");
    }
    return context.spec().spec().consent().whenAbsent() == Consent.Default.ALLOW
        ? StageJudgement.keep()
        : new StageJudgement.Reject(
            ReasonCodes.NO_CONSENT, "the event says nothing and the loop's default is deny");
  }
}
