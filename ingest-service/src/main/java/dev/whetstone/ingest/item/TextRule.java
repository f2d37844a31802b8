package dev.whetstone.ingest.item;

import com.fasterxml.jackson.databind.JsonNode;
import dev.whetstone.kit.json.JsonPointers;

/**
 * Characters that no text can contain because later services could not store them: U+0000, which
 * PostgreSQL refuses, and lone surrogates, which have no UTF-8. Curation handles everything else.
 */
final class TextRule {
  private static final int OK = -1;

  private TextRule() {}

  /** Walks a tree once and finds the first text that cannot be stored, or number beyond double. */
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

  /** Most leaves are valid; for these no pointer is built. */
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
          "remove it");
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
