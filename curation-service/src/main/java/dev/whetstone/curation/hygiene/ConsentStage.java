package dev.whetstone.curation.hygiene;

import dev.whetstone.contracts.loop.LoopSpec.Consent;
import dev.whetstone.curation.chain.AdmissionContext;
import dev.whetstone.curation.chain.AdmissionStage;
import dev.whetstone.curation.chain.Example;
import dev.whetstone.curation.chain.Facts;
import dev.whetstone.curation.chain.Judgement;
import dev.whetstone.curation.chain.Reasons;

/** No training on what nobody agreed to: the event's own word, else the loop's default. */
public final class ConsentStage implements AdmissionStage {
  @Override
  public String name() {
    return "consent";
  }

  @Override
  public Judgement judge(Example example, AdmissionContext context) {
    if (context.facts().get(Facts.CONSENT) instanceof Boolean said) {
      return said
          ? Judgement.keep()
          : new Judgement.Reject(Reasons.NO_CONSENT, "the event says training is not agreed to");
    }
    return context.spec().spec().consent().whenAbsent() == Consent.Default.ALLOW
        ? Judgement.keep()
        : new Judgement.Reject(
            Reasons.NO_CONSENT, "the event says nothing and the loop's default is deny");
  }
}
