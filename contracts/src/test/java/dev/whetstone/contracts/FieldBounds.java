package dev.whetstone.contracts;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.victools.jsonschema.generator.FieldScope;
import dev.whetstone.contracts.loop.Bounds;
import dev.whetstone.contracts.loop.Format;
import dev.whetstone.contracts.loop.MinItems;
import dev.whetstone.contracts.loop.OneOf;
import dev.whetstone.contracts.loop.Unread;
import java.lang.annotation.Annotation;
import org.jspecify.annotations.Nullable;

/** Writes the bounds that a record declares by annotations into the JSON Schema of the field. */
final class FieldBounds {
  private FieldBounds() {}

  static void write(FieldScope field, ObjectNode schema) {
    Bounds bounds = annotation(field, Bounds.class);
    if (bounds != null) {
      number(schema, "minimum", bounds.min());
      number(schema, "exclusiveMinimum", bounds.above());
      number(schema, "maximum", bounds.max());
      number(schema, "exclusiveMaximum", bounds.below());
    }
    // On a list, these two are about its elements.
    boolean list = field.isContainerType();
    OneOf oneOf = list ? null : annotation(field, OneOf.class);
    if (oneOf != null) {
      values(field, oneOf, schema.putArray("enum"));
      describe(schema, oneOf.instead());
    }
    Format format = list ? null : annotation(field, Format.class);
    if (format != null) {
      schema.put("pattern", format.value().pattern());
      describe(schema, format.value().description());
    }
    MinItems minItems = list ? annotation(field, MinItems.class) : null;
    if (minItems != null) {
      schema.put("minItems", minItems.value());
      describe(schema, minItems.description());
    }
    Unread unread = field.isFakeContainerItemScope() ? null : annotation(field, Unread.class);
    if (unread != null) {
      describe(schema, "Not accepted in a loop file: " + unread.instead());
    }
  }

  private static <A extends Annotation> @Nullable A annotation(FieldScope field, Class<A> type) {
    return field.getRawMember().getAnnotation(type);
  }

  private static void values(FieldScope field, OneOf oneOf, ArrayNode into) {
    Class<?> type = field.getType().getErasedType();
    for (String value : oneOf.value()) {
      if (type == boolean.class || type == Boolean.class) {
        into.add(Boolean.parseBoolean(value));
      } else {
        into.add(value);
      }
    }
  }

  private static void number(ObjectNode schema, String keyword, double bound) {
    if (!Double.isFinite(bound)) {
      return;
    }
    // The types of node that the schema's file gives when it is read: SchemaTest compares them.
    if (bound == (int) bound) {
      schema.put(keyword, (int) bound);
    } else if (bound == (long) bound) {
      schema.put(keyword, (long) bound);
    } else {
      schema.put(keyword, bound);
    }
  }

  private static void describe(ObjectNode schema, String description) {
    if (!description.isEmpty()) {
      schema.put("description", description);
    }
  }
}
