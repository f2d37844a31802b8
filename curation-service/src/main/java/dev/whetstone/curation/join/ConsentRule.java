package dev.whetstone.curation.join;

import dev.whetstone.contracts.event.InteractionRecorded.ConsentGiven;
import dev.whetstone.contracts.loop.LoopSpec;
import org.jspecify.annotations.Nullable;

/** Decides whether an event may be trained on: by its own consent, or else the loop's default. */
final class ConsentRule {
  static final String REFUSED = "training was not consented to";

  private ConsentRule() {}

  static boolean given(LoopSpec spec, @Nullable ConsentGiven said) {
    return said == null
        ? spec.spec().consent().whenAbsent() == LoopSpec.Consent.Default.ALLOW
        : said.training();
  }
}
