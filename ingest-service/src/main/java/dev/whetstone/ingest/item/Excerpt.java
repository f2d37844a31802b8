package dev.whetstone.ingest.item;

import com.fasterxml.jackson.databind.JsonNode;

/** Excerpts of invalid values for problems: recognisable, never a whole text. */
final class Excerpt {
  private static final int MOST_CHARACTERS = 60;

  private Excerpt() {}

  static String text(String value) {
    return value.length() <= MOST_CHARACTERS ? value : value.substring(0, MOST_CHARACTERS) + "…";
  }

  static String node(JsonNode found) {
    return switch (found.getNodeType()) {
      case ARRAY -> "an array";
      case OBJECT -> "an object";
      case STRING -> "the string '" + text(found.textValue()) + "'";
      case MISSING, NULL -> "nothing";
      default -> text(found.toString());
    };
  }
}
