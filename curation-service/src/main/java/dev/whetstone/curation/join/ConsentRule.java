package dev.whetstone.curation.join;

import dev.whetstone.contracts.event.InteractionRecorded.ConsentGiven;
import dev.whetstone.contracts.loop.LoopSpec;
import org.jspecify.annotations.Nullable;

/** Whether something may be trained on: the event's word, else the loop's default. */
final class ConsentRule {
  static final String REFUSED = "training on it was not consented to";

  private ConsentRule() {}

  static boolean given(LoopSpec spec, @Nullable ConsentGiven said) {
    return said == null
        ? spec.spec().consent().whenAbsent() == LoopSpec.Consent.Default.ALLOW
        : said.training();
  }
}
