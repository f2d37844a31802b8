package dev.whetstone.chart;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The comments of {@code values.yaml} that begin with {@code # --}, by the path of their value. */
final class ValueDocumentation {
  private static final Pattern COMMENT = Pattern.compile(" *# ?(-- )?(.*)");
  private static final Pattern KEY = Pattern.compile("( *)([A-Za-z0-9]+):.*");
  private final Map<String, String> comments = new LinkedHashMap<>();
  private String pending = "";

  private ValueDocumentation() {}

  static Map<String, String> of(String valuesYaml) {
    var documentation = new ValueDocumentation();
    List<String> path = new ArrayList<>();
    valuesYaml.lines().forEach(line -> documentation.read(line, path));
    return documentation.comments;
  }

  private void read(String line, List<String> path) {
    Matcher comment = COMMENT.matcher(line);
    if (comment.matches()) {
      if (comment.group(1) != null) {
        pending = comment.group(2);
      } else if (!pending.isEmpty()) {
        pending += " " + comment.group(2);
      }
      return;
    }
    Matcher key = KEY.matcher(line);
    if (key.matches()) {
      while (path.size() > key.group(1).length() / 2) {
        path.removeLast();
      }
      path.add(key.group(2));
      if (!pending.isEmpty()) {
        comments.put(String.join(".", path), pending);
      }
    }
    pending = "";
  }

  /** The paths of all values: down to those that have a comment, else down to the leaves. */
  static Map<String, JsonNode> leaves(JsonNode values, Map<String, String> comments) {
    Map<String, JsonNode> leaves = new LinkedHashMap<>();
    collect("", values, comments, leaves);
    return leaves;
  }

  private static void collect(
      String path, JsonNode node, Map<String, String> comments, Map<String, JsonNode> into) {
    if (comments.containsKey(path) || !node.isObject() || node.isEmpty()) {
      into.put(path, node);
      return;
    }
    node.properties()
        .forEach(
            field ->
                collect(
                    path.isEmpty() ? field.getKey() : path + "." + field.getKey(),
                    field.getValue(),
                    comments,
                    into));
  }

  /** The table of the README. */
  static String table(JsonNode values, Map<String, String> comments) {
    return leaves(values, comments).entrySet().stream()
        .map(
            value ->
                "| `%s` | `%s` | %s |"
                    .formatted(
                        value.getKey(),
                        value.getValue().toString().replace("|", "\\|"),
                        comments.getOrDefault(value.getKey(), "").replace("|", "\\|")))
        .collect(Collectors.joining("\n", "| value | default | meaning |\n|---|---|---|\n", "\n"));
  }
}
