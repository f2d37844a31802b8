package dev.whetstone.system;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.introspect.BeanPropertyDefinition;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Quantity;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;

/**
 * Structural schemas of Java classes, as Jackson reads them. A class with subtypes gets the
 * properties of all of them, because a structural schema has no alternatives.
 */
final class ModelSchema {
  private static final String ANYTHING = "x-kubernetes-preserve-unknown-fields";
  private static final Set<Class<?>> INTEGERS =
      Set.of(int.class, Integer.class, long.class, Long.class, short.class, Short.class);
  private static final Set<Class<?>> NUMBERS =
      Set.of(double.class, Double.class, float.class, Float.class, Number.class);

  private final ObjectMapper json;

  /** Classes whose schema is being made; a class nested in itself is not described again. */
  private final Deque<Class<?>> open = new ArrayDeque<>();

  ModelSchema(ObjectMapper json) {
    this.json = json;
  }

  /** The schema of an object with some of the properties of a class. */
  ObjectNode ofProperties(Class<?> type, List<String> names) {
    ObjectNode schema = json.createObjectNode().put("type", "object");
    ObjectNode properties = schema.putObject("properties");
    properties(json.constructType(type)).stream()
        .filter(property -> names.contains(property.getName()))
        .forEach(property -> properties.set(property.getName(), of(property.getPrimaryType())));
    return schema;
  }

  private ObjectNode of(JavaType type) {
    Class<?> raw = type.getRawClass();
    ObjectNode schema = json.createObjectNode();
    if (raw == String.class || raw == char.class) {
      return schema.put("type", "string");
    }
    if (raw.isEnum()) {
      return enumeration(schema, raw);
    }
    if (raw == boolean.class || raw == Boolean.class) {
      return schema.put("type", "boolean");
    }
    if (INTEGERS.contains(raw)) {
      return schema.put("type", "integer");
    }
    if (NUMBERS.contains(raw)) {
      return schema.put("type", "number");
    }
    if (raw == IntOrString.class || raw == Quantity.class) {
      return schema.put("x-kubernetes-int-or-string", true);
    }
    if (type.isMapLikeType()) {
      return map(schema.put("type", "object"), type.getContentType());
    }
    if (type.isCollectionLikeType() || type.isArrayType()) {
      schema.put("type", "array").set("items", of(type.getContentType()));
      return schema;
    }
    if (raw == Object.class || JsonNode.class.isAssignableFrom(raw) || open.contains(raw)) {
      return schema.put(ANYTHING, true);
    }
    return object(schema.put("type", "object"), raw);
  }

  private ObjectNode enumeration(ObjectNode schema, Class<?> type) {
    schema.put("type", "string");
    for (Object value : type.getEnumConstants()) {
      schema.withArray("enum").add(json.valueToTree(value).asText());
    }
    return schema;
  }

  private ObjectNode map(ObjectNode schema, JavaType values) {
    if (values.getRawClass() == Object.class) {
      return schema.put(ANYTHING, true);
    }
    schema.set("additionalProperties", of(values));
    return schema;
  }

  private ObjectNode object(ObjectNode schema, Class<?> type) {
    open.push(type);
    ObjectNode properties = schema.putObject("properties");
    List<Class<?>> classes = new ArrayList<>(List.of(type));
    JsonSubTypes subtypes = type.getAnnotation(JsonSubTypes.class);
    JsonTypeInfo tag = type.getAnnotation(JsonTypeInfo.class);
    if (subtypes != null && tag != null) {
      String name = tag.property().isEmpty() ? "type" : tag.property();
      ObjectNode tagSchema = properties.putObject(name).put("type", "string");
      for (JsonSubTypes.Type subtype : subtypes.value()) {
        classes.add(subtype.value());
        List<String> names =
            subtype.names().length > 0 ? List.of(subtype.names()) : List.of(subtype.name());
        names.forEach(tagSchema.withArray("enum")::add);
      }
      schema.putArray("required").add(name);
    }
    for (Class<?> each : classes) {
      for (BeanPropertyDefinition property : properties(json.constructType(each))) {
        if (!property.getName().equals("additionalProperties")
            && !properties.has(property.getName())
            && property.getPrimaryType() != null) {
          properties.set(property.getName(), of(property.getPrimaryType()));
        }
      }
    }
    open.pop();
    return schema;
  }

  private List<BeanPropertyDefinition> properties(JavaType type) {
    return json.getDeserializationConfig().introspect(type).findProperties();
  }
}
