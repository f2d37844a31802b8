package dev.whetstone.curation.join;

import dev.whetstone.contracts.event.EventKey;
import dev.whetstone.curation.fate.Receipt;
import org.jspecify.annotations.Nullable;

/**
 * What examples are formed from: an answer with all feedback on it, or feedback that stands alone.
 * One of the two is there.
 */
record Origin(@Nullable String responseId, @Nullable EventKey event) {
  static Origin response(String responseId) {
    return new Origin(responseId, null);
  }

  static Origin alone(EventKey event) {
    return new Origin(null, event);
  }

  static Origin of(Receipt feedback) {
    return feedback.responseId() == null ? alone(feedback.key()) : response(feedback.responseId());
  }

  /** As it stands in an example's row. */
  String text() {
    return event == null ? "response:" + responseId : "event:" + event.text();
  }
}
