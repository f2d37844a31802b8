package dev.whetstone.curation.join;

import dev.whetstone.contracts.EventKey;
import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.chat.ChatMessage;
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
 * @param contested why other feedback on the answer contradicts it; absent when none does
 * @param facts {@code known} and {@code contested} as canonical JSON: when they change, the example
 *     is judged again
 */
record ExampleDraft(
    String rowId,
    ExampleOrigin origin,
    NewExample.Source source,
    Example example,
    Map<String, Object> known,
    @Nullable String contested,
    String facts) {

  /** Length of its texts. */
  long characters() {
    long characters = length(example.prompt()) + length(example.answer());
    return example.rejected() == null ? characters : characters + length(example.rejected());
  }

  private static long length(List<ChatMessage> messages) {
    return messages.stream().mapToLong(message -> ChatTexts.text(message).length()).sum();
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
      @Nullable String contested) {
    var identity = new StringBuilder(loop.key()).append('\n').append(example.form().wireName());
    for (EventKey key : example.provenance().eventKeys()) {
      identity.append('\n').append(key.text());
    }
    var all = new TreeMap<>(known);
    if (contested != null) {
      all.put("contested", contested);
    }
    String facts = Json.canonicalText(all);
    String rowId = ContentDigests.sha256(identity.toString());
    return new ExampleDraft(rowId, origin, source, example, Map.copyOf(known), contested, facts);
  }
}
