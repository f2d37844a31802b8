package dev.whetstone.kit.loop;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.whetstone.kit.json.JsonPointers;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.DumperOptions.FlowStyle;
import org.yaml.snakeyaml.DumperOptions.ScalarStyle;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.comments.CommentLine;
import org.yaml.snakeyaml.comments.CommentType;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/** Writes an effective declaration as a loop file with the origins of its values as comments. */
final class LoopYaml {
  private final LoopOrigins origins;

  private LoopYaml(LoopOrigins origins) {
    this.origins = origins;
  }

  /**
   * @param effective the merged declaration
   * @param declared the tree of the file, which gives the order of the fields; the fields that it
   *     does not contain follow in the order of the profile
   */
  static String write(JsonNode effective, JsonNode declared, LoopOrigins origins) {
    DumperOptions options = new DumperOptions();
    options.setProcessComments(true);
    options.setDefaultFlowStyle(FlowStyle.BLOCK);
    options.setIndicatorIndent(2);
    options.setIndentWithIndicator(true);
    options.setWidth(Integer.MAX_VALUE);
    options.setSplitLines(false);
    StringWriter text = new StringWriter();
    new Yaml(options)
        .serialize(new LoopYaml(origins).node("", effective, effective, declared), text);
    return text.toString();
  }

  private Node node(String pointer, JsonNode value, JsonNode parent, JsonNode declared) {
    return switch (value) {
      case ObjectNode object when !object.isEmpty() -> mapping(pointer, object, declared);
      case ArrayNode list when list.get(0) instanceof ObjectNode -> list(pointer, list, declared);
      case ArrayNode list -> commented(scalars(list), pointer, parent);
      default -> commented(scalar(value), pointer, parent);
    };
  }

  private Node mapping(String pointer, ObjectNode object, JsonNode declared) {
    Set<String> names = new LinkedHashSet<>();
    declared.fieldNames().forEachRemaining(names::add);
    object.fieldNames().forEachRemaining(names::add);
    List<NodeTuple> fields = new ArrayList<>();
    for (String name : names) {
      if (object.has(name)) {
        fields.add(
            new NodeTuple(
                text(name),
                node(
                    JsonPointers.child(pointer, name),
                    object.get(name),
                    object,
                    declared.path(name))));
      }
    }
    return new MappingNode(Tag.MAP, fields, FlowStyle.BLOCK);
  }

  private Node list(String pointer, ArrayNode list, JsonNode declared) {
    List<Node> elements = new ArrayList<>();
    for (int i = 0; i < list.size(); i++) {
      elements.add(node(pointer + "/" + i, list.get(i), list, declared.path(i)));
    }
    return new SequenceNode(Tag.SEQ, elements, FlowStyle.BLOCK);
  }

  private static Node scalars(ArrayNode list) {
    List<Node> elements = new ArrayList<>();
    list.forEach(element -> elements.add(scalar(element)));
    return new SequenceNode(Tag.SEQ, elements, FlowStyle.FLOW);
  }

  private static Node scalar(JsonNode value) {
    return switch (value.getNodeType()) {
      case BOOLEAN -> plain(Tag.BOOL, value.asText());
      case NUMBER ->
          value.isIntegralNumber()
              ? plain(Tag.INT, value.asText())
              : plain(Tag.FLOAT, decimal(value));
      case OBJECT -> new MappingNode(Tag.MAP, List.of(), FlowStyle.FLOW);
      default -> text(value.asText());
    };
  }

  /** Without an exponent, which YAML 1.1 reads as text unless it has a sign. */
  private static String decimal(JsonNode number) {
    String plain = number.decimalValue().stripTrailingZeros().toPlainString();
    return plain.contains(".") ? plain : plain + ".0";
  }

  private static Node plain(Tag tag, String value) {
    return new ScalarNode(tag, value, null, null, ScalarStyle.PLAIN);
  }

  private static Node text(String value) {
    return new ScalarNode(Tag.STR, value, null, null, style(value));
  }

  /** The line breaks that only YAML 1.1 knows are kept in double quotes alone, as escapes. */
  private static ScalarStyle style(String value) {
    if (value.chars().anyMatch(c -> c == '\u0085' || c == '\u2028' || c == '\u2029')) {
      return ScalarStyle.DOUBLE_QUOTED;
    }
    return value.contains("\n") ? ScalarStyle.LITERAL : ScalarStyle.PLAIN;
  }

  private Node commented(Node node, String pointer, JsonNode parent) {
    Optional<String> origin = origins.of(pointer, parent);
    origin.ifPresent(
        text ->
            node.setInLineComments(
                List.of(new CommentLine(null, null, " " + text, CommentType.IN_LINE))));
    return node;
  }
}
