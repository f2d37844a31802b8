package dev.whetstone.curation.join;

import dev.whetstone.curation.cap.ResponseFeedbackCounts.ResponseTotal;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The row of a response id without its text, which can be large.
 *
 * @param known whether the interaction has arrived, erased or not
 * @param bodyBytes size of the text in the row
 * @param feedback how much feedback was accepted
 */
public record InteractionHead(
    String responseId,
    boolean known,
    @Nullable Instant receivedAt,
    long bodyBytes,
    ResponseTotal feedback) {

  /** What forming the response's examples reads. */
  public long bytes() {
    return bodyBytes + feedback.bytes();
  }
}
