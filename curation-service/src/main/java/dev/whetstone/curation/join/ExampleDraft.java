package dev.whetstone.curation.join;

import dev.whetstone.contracts.EventKey;
import dev.whetstone.contracts.LoopId;
import dev.whetstone.curation.example.Example;
import dev.whetstone.curation.fate.Receipt;
import dev.whetstone.kit.json.ContentDigests;
import dev.whetstone.kit.json.Json;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * An example that an origin should have, before admission.
 *
 * @param rowId digest of the form and of the events, so the same events always make the same row
 * @param known facts that admission judges by
 * @param contested why other feedback on the answer contradicts it; absent when none does
 * @param facts {@code known} and {@code contested} as canonical JSON: when they change, the example
 *     is judged again
 */
record ExampleDraft(
    String rowId,
    ExampleOrigin origin,
    Source source,
    Example example,
    Map<String, Object> known,
    @Nullable String contested,
    String facts) {

  /**
   * @param endUserDigest who gave the feedback
   * @param servedTo who had the conversation
   */
  record Source(String conversationKey, @Nullable String endUserDigest, @Nullable String servedTo) {
    static Source of(Interaction interaction, Receipt feedback) {
      return new Source(
          Objects.requireNonNull(interaction.conversationKey()),
          feedback.endUserDigest(),
          interaction.endUserDigest());
    }
  }

  /** Texts of the keys of its events. */
  List<String> eventKeys() {
    return example.provenance().eventKeys().stream().map(EventKey::text).toList();
  }

  static ExampleDraft of(
      LoopId loop,
      ExampleOrigin origin,
      Source source,
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
