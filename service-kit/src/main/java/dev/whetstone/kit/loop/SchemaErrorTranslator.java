package dev.whetstone.kit.loop;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.Error;
import dev.whetstone.kit.json.JsonPointers;
import dev.whetstone.kit.loop.LoopFileException.Fault;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Translates the errors of the JSON Schema validator into faults. A fault states every bound of the
 * field, not only the one that the value violates.
 */
final class SchemaErrorTranslator {
  private final String file;
  private final JsonNode declaration;
  private final JsonNode schema;

  /**
   * @param declaration the validated tree
   * @param schema the whole schema; its {@code $ref}s are resolved by the validator
   */
  SchemaErrorTranslator(String file, JsonNode declaration, JsonNode schema) {
    this.file = file;
    this.declaration = declaration;
    this.schema = schema;
  }

  Fault translate(Error error) {
    String pointer = error.getInstanceLocation().toString();
    if ("required".equals(error.getKeyword())) {
      return new Fault(
          file, JsonPointers.child(pointer, error.getProperty()), "", "a value; it has no default");
    }
    String found = LoopBinding.value(declaration.at(pointer));
    return new Fault(file, pointer, found, allowed(field(error), error));
  }

  /** The schema of the field that the violated keyword belongs to. */
  private JsonNode field(Error error) {
    JsonPointer keyword =
        JsonPointer.compile(String.valueOf(error.getSchemaLocation().getFragment()));
    return schema.at(keyword.head());
  }

  private static String allowed(JsonNode field, Error error) {
    String description = field.path("description").asText("");
    return switch (error.getKeyword()) {
      case "enum" -> {
        List<String> values = new ArrayList<>();
        field.path("enum").forEach(value -> values.add(value.asText()));
        String list = String.join(", ", values);
        yield description.isEmpty() ? list : list + "; " + description;
      }
      case "minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum" -> numbers(field);
      case "pattern" ->
          description.isEmpty()
              ? "text that matches " + field.path("pattern").asText()
              : description;
      case "minItems" ->
          description.isEmpty()
              ? "a list of at least %d elements".formatted(field.path("minItems").asInt())
              : description;
      case "type" -> "a value of the type " + field.path("type").asText();
      default -> "a value that fulfils the schema: " + error.getMessage();
    };
  }

  private static String numbers(JsonNode field) {
    String noun = field.path("type").toString().contains("integer") ? "a whole number" : "a number";
    String min = bound(field, "minimum");
    String max = bound(field, "maximum");
    String above = bound(field, "exclusiveMinimum");
    String below = bound(field, "exclusiveMaximum");
    if (min != null && max != null) {
      return "%s from %s to %s".formatted(noun, min, max);
    }
    if (min != null && below != null) {
      return "%s from %s to below %s".formatted(noun, min, below);
    }
    List<String> bounds = new ArrayList<>();
    add(bounds, "above ", above);
    add(bounds, "of at least ", min);
    add(bounds, "below ", below);
    add(bounds, "of at most ", max);
    return noun + " " + String.join(" and ", bounds);
  }

  private static void add(List<String> bounds, String relation, @Nullable String bound) {
    if (bound != null) {
      bounds.add(relation + bound);
    }
  }

  private static @Nullable String bound(JsonNode field, String keyword) {
    return field.has(keyword) ? field.path(keyword).asText() : null;
  }
}
