package dev.whetstone.ingest.event;

import dev.whetstone.contracts.event.EventData.FeedbackEvent;
import dev.whetstone.contracts.event.FeedbackGiven;
import dev.whetstone.ingest.item.Fault;
import dev.whetstone.ingest.item.FaultCode;
import org.jspecify.annotations.Nullable;

/**
 * What a publishable key can send. Anyone can read a key in a browser, so it cannot send anything
 * that becomes training text by itself, and everything must refer to an answer that curation knows.
 */
final class PublishableKeyRule {
  private PublishableKeyRule() {}

  static void check(Sender sender, FeedbackEvent data) {
    if (!sender.publishable()) {
      return;
    }
    if (!(data instanceof FeedbackGiven given)) {
      throw fault(null, "this key sends nothing but feedback");
    }
    switch (given.kind()) {
      case THUMB, RATING, COMMENT, IMPLICIT -> {}
      case CORRECTION, PREFERENCE, DEMONSTRATION, OUTCOME ->
          throw fault("/kind", "this key may not send a " + given.kind().wireName());
    }
    if (given.responseId() == null) {
      throw fault("/responseId", "feedback with this key must name its answer");
    }
    if (given.supersedes() != null) {
      throw fault("/supersedes", "this key may not replace earlier feedback");
    }
  }

  private static Fault fault(@Nullable String pointer, String detail) {
    return new Fault(
        FaultCode.PUBLISHABLE_KEY,
        pointer,
        detail,
        "send thumbs, ratings, comments and implicit signals with a 'responseId';"
            + " the rest needs a secret key on a server");
  }
}
