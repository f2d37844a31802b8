package dev.whetstone.curation.chain;

import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.curation.text.TokenCounter;
import java.util.Map;

/**
 * What an admission stage knows besides the example.
 *
 * @param facts keyed by the names in {@link AdmissionFacts}; an absent fact has no effect
 */
public record AdmissionContext(LoopSpec spec, TokenCounter tokens, Map<String, Object> facts) {
  public AdmissionContext {
    facts = Map.copyOf(facts);
  }

  /** The loop's curation parameters. */
  public LoopSpec.Curation curation() {
    return spec.spec().curation();
  }
}
