package dev.whetstone.curation.join;

import dev.whetstone.contracts.EventKey;
import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.chat.ChatMessage;
import dev.whetstone.curation.chain.ReasonCodes;
import dev.whetstone.curation.example.Example;
import dev.whetstone.curation.example.NewExample;
import dev.whetstone.curation.text.ChatTexts;
import dev.whetstone.kit.json.ContentDigests;
import dev.whetstone.kit.json.Json;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * An example that should be formed from an origin, before admission.
 *
 * @param rowId digest of the form and of the events, so the same events always give the same row
 * @param known facts for admission
 * @param objection why it is quarantined; absent when nothing speaks against it
 * @param facts {@code known} and {@code objection} as canonical JSON: when they change, the example
 *     is judged again
 */
record ExampleDraft(
    String rowId,
    ExampleOrigin origin,
    NewExample.Source source,
    Example example,
    Map<String, Object> known,
    @Nullable Objection objection,
    String facts) {

  /** Length of its texts. */
  long characters() {
    long characters = length(example.prompt()) + length(example.answer());
    return example.rejected() == null ? characters : characters + length(example.rejected());
  }

  private static long length(List<ChatMessage> messages) {
    return messages.stream().mapToLong(message -> ChatTexts.text(message).length()).sum();
  }

  /**
   * Why an example is quarantined for a person to review, whatever admission says about its text.
   *
   * @param stage names the rule in the example's steps
   */
  record Objection(String stage, String reason, String detail) {
    /** Other feedback on the answer contradicts it. */
    static Objection contested(String detail) {
      return new Objection(
          "contradiction-on-one-response", ReasonCodes.CONFLICTING_FEEDBACK, detail);
    }

    /** A publishable key named an end user who did not get the answer. */
    static Objection foreignEndUser() {
      return new Objection(
          "end-user-claim",
          ReasonCodes.FOREIGN_END_USER,
          "a publishable key named another end user than the one who got the answer");
    }
  }

  /** The keys of its events, as text. */
  List<String> eventKeys() {
    return example.provenance().eventKeys().stream().map(EventKey::text).toList();
  }

  static ExampleDraft of(
      LoopId loop,
      ExampleOrigin origin,
      NewExample.Source source,
      Example example,
      Map<String, Object> known,
      @Nullable Objection objection) {
    var identity = new StringBuilder(loop.key()).append('\n').append(example.form().wireName());
    for (EventKey key : example.provenance().eventKeys()) {
      identity.append('\n').append(key.text());
    }
    var all = new TreeMap<>(known);
    if (objection != null) {
      boolean contested = objection.reason().equals(ReasonCodes.CONFLICTING_FEEDBACK);
      all.put(contested ? "contested" : objection.reason(), objection.detail());
    }
    String facts = Json.canonicalText(all);
    String rowId = ContentDigests.sha256(identity.toString());
    return new ExampleDraft(rowId, origin, source, example, Map.copyOf(known), objection, facts);
  }
}
