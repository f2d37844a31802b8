package dev.whetstone.curation.cut;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/**
 * The size of one cut. What does not fit waits for the next one. The limits bound the memory of a
 * cut, the size of its row and of its batch's files, and its transactions: about six times the
 * bytes of all limits together are needed on the heap while the stages run.
 */
@ConfigMapping(prefix = "whetstone.curation.cut")
public interface CutLimits {
  /** Examples that one cut judges, the ones that wait longest first. */
  @WithDefault("10000")
  int maxExamples();

  /** Bytes of those examples' text, as JSON. */
  @WithDefault("16777216")
  long maxBytes();

  /**
   * Bytes of examples of earlier batches that new ones are compared with, for adopted and for
   * undecided batches each; the newest first, held-out ones before train examples.
   */
  @WithDefault("8388608")
  long earlierBytes();

  /** Bytes of examples in quarantine that new ones are compared with, the newest first. */
  @WithDefault("4194304")
  long quarantinedBytes();

  /** Characters of the newest interactions' prompts, from which common wording is estimated. */
  @WithDefault("8388608")
  long promptCharacters();

  /** Cuts at the same time on one instance; one of them may be of more than 1,000 examples. */
  @WithDefault("2")
  int workers();
}
