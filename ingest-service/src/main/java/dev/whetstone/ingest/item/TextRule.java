package dev.whetstone.ingest.item;

import com.fasterxml.jackson.databind.JsonNode;
import dev.whetstone.kit.json.JsonPointers;

/**
 * What no text may hold because nobody behind ingest could store it: U+0000 (PostgreSQL refuses it)
 * and lone surrogates (they have no UTF-8). Everything else is curation's to judge.
 */
final class TextRule {
  private static final int OK = -1;

  private TextRule() {}

  /** Walks a tree once; finds the first text that cannot be stored, and numbers past double. */
  static void check(JsonNode node, InputLimits limits) {
    check(node, "", limits);
  }

  private static void check(JsonNode node, String pointer, InputLimits limits) {
    switch (node.getNodeType()) {
      case STRING -> checkText(node.textValue(), pointer, limits);
      case NUMBER -> checkNumber(node, pointer);
      case ARRAY -> {
        for (int i = 0; i < node.size(); i++) {
          JsonNode element = node.get(i);
          if (!isPlain(element, limits)) {
            check(element, pointer + "/" + i, limits);
          }
        }
      }
      case OBJECT ->
          node.properties()
              .forEach(
                  field -> {
                    String place = JsonPointers.child(pointer, field.getKey());
                    checkText(field.getKey(), place, limits);
                    if (!isPlain(field.getValue(), limits)) {
                      check(field.getValue(), place, limits);
                    }
                  });
      default -> {}
    }
  }

  /** Nearly every leaf is fine; then no pointer needs to be built. */
  private static boolean isPlain(JsonNode node, InputLimits limits) {
    return switch (node.getNodeType()) {
      case STRING ->
          node.textValue().length() <= limits.textCharacters() && firstBad(node.textValue()) == OK;
      case NUMBER -> Double.isFinite(node.doubleValue());
      case BOOLEAN, NULL -> true;
      default -> false;
    };
  }

  private static void checkText(String text, String pointer, InputLimits limits) {
    if (text.length() > limits.textCharacters()) {
      throw new Fault(
          FaultCode.TOO_LONG,
          pointer,
          "the text has %d characters".formatted(text.length()),
          "send at most %d characters".formatted(limits.textCharacters()));
    }
    int bad = firstBad(text);
    if (bad != OK) {
      throw new Fault(
          FaultCode.INVALID_TEXT,
          pointer,
          "character %d is %s"
              .formatted(bad + 1, text.charAt(bad) == 0 ? "U+0000" : "half of a surrogate pair"),
          "leave it out");
    }
  }

  private static void checkNumber(JsonNode node, String pointer) {
    if (!Double.isFinite(node.doubleValue())) {
      throw new Fault(
          FaultCode.INVALID_VALUE,
          pointer,
          "the number is too large",
          "send a number within IEEE 754 double precision");
    }
  }

  /** Index of the first character that cannot be stored, or {@link #OK}. */
  static int firstBad(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == 0) {
        return i;
      }
      if (Character.isSurrogate(c)) {
        boolean pair =
            Character.isHighSurrogate(c)
                && i + 1 < text.length()
                && Character.isLowSurrogate(text.charAt(i + 1));
        if (!pair) {
          return i;
        }
        i++;
      }
    }
    return OK;
  }
}
