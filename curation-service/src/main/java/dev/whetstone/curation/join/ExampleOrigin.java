package dev.whetstone.curation.join;

import dev.whetstone.contracts.EventKey;
import dev.whetstone.curation.fate.Receipt;
import org.jspecify.annotations.Nullable;

/**
 * What examples are formed from: an answer with all feedback on it, or feedback that stands alone.
 * Exactly one of the two is present.
 */
record ExampleOrigin(@Nullable String responseId, @Nullable EventKey event) {
  static ExampleOrigin response(String responseId) {
    return new ExampleOrigin(responseId, null);
  }

  static ExampleOrigin alone(EventKey event) {
    return new ExampleOrigin(null, event);
  }

  static ExampleOrigin of(Receipt feedback) {
    return feedback.responseId() == null ? alone(feedback.key()) : response(feedback.responseId());
  }

  /** The value in an example's row. */
  String text() {
    return event == null ? "response:" + responseId : "event:" + event.text();
  }
}
