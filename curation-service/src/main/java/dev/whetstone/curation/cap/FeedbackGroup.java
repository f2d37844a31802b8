package dev.whetstone.curation.cap;

import dev.whetstone.contracts.event.FeedbackGiven;
import dev.whetstone.kit.json.ContentDigests;

/**
 * Feedback of one source, kind and signal name on one response.
 *
 * @param key digest of source, kind and name: a name can be too long for an index
 * @param what the same for a person, shortened
 */
public record FeedbackGroup(String responseId, String key, String what) {
  private static final int LONGEST_NAME = 60;

  public static FeedbackGroup of(String responseId, String source, FeedbackGiven feedback) {
    String kind = feedback.kind().wireName();
    String name = feedback.name() == null ? "" : feedback.name();
    String key = ContentDigests.sha256(source + "\n" + kind + "\n" + name);
    String shown = name.length() > LONGEST_NAME ? name.substring(0, LONGEST_NAME) + "…" : name;
    String what = (kind + " " + shown).strip() + " from " + source;
    return new FeedbackGroup(responseId, key, what);
  }
}
