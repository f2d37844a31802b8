package dev.whetstone.curation.join;

import dev.whetstone.contracts.EventKey;
import dev.whetstone.curation.fate.Receipt;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
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

  /** The responses among some origins, in order. */
  static Set<String> responses(Collection<ExampleOrigin> origins) {
    return origins.stream()
        .map(ExampleOrigin::responseId)
        .filter(Objects::nonNull)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** The feedback that stands alone among some origins, in order. */
  static List<EventKey> events(Collection<ExampleOrigin> origins) {
    return origins.stream()
        .map(ExampleOrigin::event)
        .filter(Objects::nonNull)
        .sorted(Comparator.comparing(EventKey::text))
        .toList();
  }

  /** The value in an example's row. */
  String text() {
    return event == null ? "response:" + responseId : "event:" + event.text();
  }
}
