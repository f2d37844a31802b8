package dev.whetstone.kit.loop;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.whetstone.kit.json.Json;
import dev.whetstone.kit.json.JsonPointers;
import dev.whetstone.kit.loop.LoopDeclaration.Setting;
import java.util.ArrayList;
import java.util.List;

/** Merging of JSON trees, and the origins of the values in the result. */
final class JsonTrees {
  private JsonTrees() {}

  /**
   * Removes every null member: an empty section in YAML is null and sets nothing. Null elements of
   * lists stay, since removing them would change the indexes of the others.
   */
  static void dropNulls(JsonNode tree) {
    if (tree instanceof ObjectNode object) {
      object.properties().removeIf(field -> field.getValue().isNull());
    }
    tree.forEach(JsonTrees::dropNulls);
  }

  /** Merges {@code over} into {@code under}: objects by field; other values are replaced. */
  static void merge(ObjectNode under, ObjectNode over) {
    over.properties()
        .forEach(
            field -> {
              JsonNode below = under.get(field.getKey());
              if (below instanceof ObjectNode inner
                  && field.getValue() instanceof ObjectNode outer) {
                merge(inner, outer);
              } else {
                under.set(field.getKey(), field.getValue().deepCopy());
              }
            });
  }

  /** Each leaf of the effective tree with its origin; a list is one leaf. */
  static List<Setting> settings(
      JsonNode effective, JsonNode declared, JsonNode overlay, String profile) {
    List<Setting> settings = new ArrayList<>();
    collect("", effective, declared, overlay, profile, settings);
    return settings;
  }

  private static void collect(
      String pointer,
      JsonNode node,
      JsonNode declared,
      JsonNode overlay,
      String profile,
      List<Setting> into) {
    if (node instanceof ObjectNode object) {
      object
          .properties()
          .forEach(
              field ->
                  collect(
                      JsonPointers.child(pointer, field.getKey()),
                      field.getValue(),
                      declared,
                      overlay,
                      profile,
                      into));
      return;
    }
    into.add(
        new Setting(
            pointer,
            Json.mapper().convertValue(node, Object.class),
            origin(pointer, declared, overlay, profile)));
  }

  private static String origin(
      String pointer, JsonNode declared, JsonNode overlay, String profile) {
    if (!declared.at(pointer).isMissingNode()) {
      return "file";
    }
    if (!overlay.at(pointer).isMissingNode()) {
      return "profile " + profile;
    }
    if (pointer.toLowerCase(java.util.Locale.ROOT).endsWith("sha256")) {
      return "computed";
    }
    return "profile standard";
  }
}
