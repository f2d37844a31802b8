package dev.whetstone.curation.cap;

import dev.whetstone.curation.chain.ReasonCodes;
import dev.whetstone.curation.fate.EventStanding;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a response accepts more feedback. All accepted feedback counts, including what
 * was retracted or replaced since: otherwise alternating feedback and retractions would never reach
 * a limit. Pure.
 *
 * @param maxSameKind for one source, kind and signal name
 * @param maxFeedback for the response
 * @param maxBytes for the response
 */
public record ResponseCapRule(int maxSameKind, int maxFeedback, long maxBytes) {

  /**
   * The fate of feedback that is over a limit; absent when it is accepted.
   *
   * @param sameKind how much of the same source, kind and name was accepted before
   * @param feedback how much was accepted before
   * @param feedbackBytes the bytes of that
   * @param bytes of this feedback
   * @param what its source, kind and name, for a person
   */
  public @Nullable EventStanding refusal(
      int sameKind, int feedback, long feedbackBytes, long bytes, String what) {
    if (sameKind >= maxSameKind) {
      return overCap(
          "the response already has %d pieces of feedback '%s'; the limit is %d"
              .formatted(sameKind, what, maxSameKind));
    }
    if (feedback >= maxFeedback) {
      return overCap(
          "the response already has %d pieces of feedback; the limit is %d"
              .formatted(feedback, maxFeedback));
    }
    if (feedback > 0 && feedbackBytes + bytes > maxBytes) {
      return overCap(
          "the response already has %d bytes of feedback, and this has %d; the limit is %d"
              .formatted(feedbackBytes, bytes, maxBytes));
    }
    return null;
  }

  private static EventStanding overCap(String detail) {
    return EventStanding.rejected(ReasonCodes.OVER_CAP, detail);
  }
}
