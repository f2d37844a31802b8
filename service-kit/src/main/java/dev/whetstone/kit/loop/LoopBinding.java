package dev.whetstone.kit.loop;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.exc.InvalidFormatException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.kit.json.Json;
import dev.whetstone.kit.json.JsonPointers;
import dev.whetstone.kit.loop.LoopFileException.Fault;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Binds the merged tree to a {@link LoopSpec}; each mismatch becomes a fault with its pointer. */
final class LoopBinding {
  private static final int MOST_FAULTS = 20;
  private static final ObjectMapper STRICT =
      Json.mapper()
          .copy()
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          // Otherwise 1 would be read as the second enum constant, and 3.9 epochs as 3.
          .enable(DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT);

  private LoopBinding() {}

  /**
   * Binds the tree; mismatches are added to the faults. A faulty field is replaced by its default,
   * so that the fields after it are checked too.
   *
   * @return null if the tree cannot be bound
   */
  static @Nullable LoopSpec bind(
      ObjectNode tree, JsonNode defaults, String file, List<Fault> faults) {
    ObjectNode rest = tree.deepCopy();
    Set<String> reported = new HashSet<>();
    for (int i = 0; i < MOST_FAULTS; i++) {
      try {
        return STRICT.treeToValue(rest, LoopSpec.class);
      } catch (JsonMappingException e) {
        String pointer = JsonPointers.of(e.getPath());
        if (!reported.add(pointer)) {
          return null;
        }
        faults.add(new Fault(file, pointer, value(rest.at(pointer)), allowed(e)));
        if (pointer.isEmpty() || !replace(rest, e.getPath(), defaults.at(pointer))) {
          return null;
        }
      } catch (JsonProcessingException e) {
        faults.add(new Fault(file, "", e.getOriginalMessage(), "a loop declaration"));
        return null;
      }
    }
    return null;
  }

  /** The value of a node as error messages show it. */
  static String value(JsonNode node) {
    String text = node.isValueNode() ? node.asText() : node.toString();
    return text.length() > 80 ? text.substring(0, 80) + "…" : text;
  }

  private static String allowed(JsonMappingException e) {
    return switch (e) {
      case UnrecognizedPropertyException unknown ->
          "one of the fields "
              + unknown.getKnownPropertyIds().stream()
                  .map(String::valueOf)
                  .sorted()
                  .collect(Collectors.joining(", "));
      case InvalidFormatException invalid -> ofType(invalid.getTargetType());
      case MismatchedInputException mismatched when mismatched.getTargetType() != null ->
          ofType(mismatched.getTargetType());
      default -> e.getOriginalMessage();
    };
  }

  private static String ofType(Class<?> type) {
    if (type.isEnum()) {
      return Arrays.stream(type.getEnumConstants())
          .map(constant -> STRICT.valueToTree(constant).asText())
          .collect(Collectors.joining(", "));
    }
    if (type == Duration.class) {
      return "an ISO 8601 duration, for example P7D or PT30M";
    }
    if (type == int.class || type == Integer.class || type == long.class) {
      return "a whole number";
    }
    if (type == double.class || type == Double.class) {
      return "a number";
    }
    if (type == boolean.class) {
      return "true or false";
    }
    return List.class.isAssignableFrom(type) ? "a list" : "a " + type.getSimpleName();
  }

  private static boolean replace(
      ObjectNode tree, List<JsonMappingException.Reference> path, JsonNode byDefault) {
    JsonNode parent = tree;
    for (JsonMappingException.Reference step : path.subList(0, path.size() - 1)) {
      parent =
          step.getFieldName() == null
              ? parent.path(step.getIndex())
              : parent.path(step.getFieldName());
    }
    JsonMappingException.Reference last = path.getLast();
    if (parent instanceof ObjectNode object && !byDefault.isMissingNode()) {
      object.set(last.getFieldName(), byDefault.deepCopy());
      return true;
    }
    return switch (parent) {
      case ObjectNode object -> object.remove(last.getFieldName()) != null;
      // Not removed: the indexes of the elements after it must stay those of the file.
      case ArrayNode array when array.has(last.getIndex()) -> {
        array.setNull(last.getIndex());
        yield true;
      }
      default -> false;
    };
  }
}
