package dev.whetstone.curation.cap;

import dev.whetstone.curation.chain.ReasonCodes;
import dev.whetstone.curation.fate.EventStanding;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a response takes more feedback. Counted is all feedback that it ever took, also
 * what was retracted or replaced since: otherwise alternating feedback and retractions would never
 * reach a bound. Pure.
 *
 * @param maxSameKind for one source, kind and signal name
 * @param maxFeedback for the response
 * @param maxBytes for the response
 */
public record ResponseCapRule(int maxSameKind, int maxFeedback, long maxBytes) {

  /**
   * The fate of feedback that is over a bound; absent when the response takes it.
   *
   * @param sameKind how much of the same source, kind and name the response took before
   * @param feedback how much it took before
   * @param feedbackBytes the bytes of that
   * @param bytes of this feedback
   * @param what its source, kind and name, for a person
   */
  public @Nullable EventStanding refusal(
      int sameKind, int feedback, long feedbackBytes, long bytes, String what) {
    if (sameKind >= maxSameKind) {
      return overCap(
          "the response has " + sameKind + " times feedback of " + what + ", the most it takes");
    }
    if (feedback >= maxFeedback) {
      return overCap("the response has feedback " + feedback + " times, the most it takes");
    }
    if (feedback > 0 && feedbackBytes + bytes > maxBytes) {
      return overCap(
          "the response has %d bytes of feedback; with this it would be more than %d"
              .formatted(feedbackBytes, maxBytes));
    }
    return null;
  }

  private static EventStanding overCap(String detail) {
    return EventStanding.rejected(ReasonCodes.OVER_CAP, detail);
  }
}
