package dev.whetstone.curation.cap;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/**
 * How much feedback one response accepts. Every response is formed again from all of its feedback,
 * so these bounds are also bounds of that work. Feedback past a bound is rejected as {@code
 * over-cap}.
 */
@ConfigMapping(prefix = "whetstone.curation.response")
public interface ResponseFeedbackConfig {
  /** Feedback of one source, kind and signal name on one response. */
  @WithDefault("100")
  int maxSameKind();

  /** Feedback on one response, whatever its source, kind and name. */
  @WithDefault("500")
  int maxFeedback();

  /** Bytes of all feedback on one response; the first is taken whatever its size. */
  @WithDefault("4194304")
  long maxFeedbackBytes();

  /** Bytes of interactions and feedback that are in memory at once while examples are formed. */
  @WithDefault("2097152")
  long bytesAtOnce();
}
