package dev.whetstone.chart;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Makes the CustomResourceDefinition of Loop from the JSON Schema of the loop file. A resource is a
 * loop file whose tenant stands in {@code spec.tenant}, because Kubernetes owns {@code metadata}.
 */
final class LoopDefinition {
  /** What a loop file must say; everything else has a default in its profile. */
  private static final Map<String, List<String>> REQUIRED =
      Map.of(
          "", List.of("baseModel", "consent", "serving"),
          "/baseModel", List.of("uri"),
          "/consent", List.of("default"),
          "/serving", List.of("endpoint"));

  private static final Set<String> KEPT =
      Set.of("description", "enum", "maximum", "minimum", "minItems", "pattern");
  private final JsonNode schema;

  LoopDefinition(JsonNode loopFileSchema) {
    this.schema = loopFileSchema;
  }

  ObjectNode resource() {
    ObjectNode definition = ChartFiles.YAML.createObjectNode();
    definition.put("apiVersion", "apiextensions.k8s.io/v1");
    definition.put("kind", "CustomResourceDefinition");
    ObjectNode metadata = definition.putObject("metadata");
    metadata.put("name", "loops.whetstone.dev");
    // Deleting the definition would delete every Loop.
    metadata.putObject("annotations").put("helm.sh/resource-policy", "keep");
    ObjectNode spec = definition.putObject("spec");
    spec.put("group", "whetstone.dev");
    spec.put("scope", "Namespaced");
    ObjectNode names = spec.putObject("names");
    names.put("kind", "Loop").put("listKind", "LoopList").put("plural", "loops");
    names.put("singular", "loop").putArray("categories").add("whetstone");
    ObjectNode version = spec.putArray("versions").addObject();
    version.put("name", "v1").put("served", true).put("storage", true);
    version.putObject("subresources").putObject("status");
    columns(version.putArray("additionalPrinterColumns"));
    ObjectNode root = version.putObject("schema").putObject("openAPIV3Schema");
    root.put("type", "object").put("description", "A loop that keeps one base model in tune.");
    root.putArray("required").add("spec");
    ObjectNode properties = root.putObject("properties");
    properties.set("spec", specSchema());
    properties.set("status", statusSchema());
    return definition;
  }

  private static void columns(ArrayNode columns) {
    column(columns, "Tenant", ".spec.tenant", "string", 0);
    column(columns, "Accepted", condition("Accepted", "status"), "string", 0);
    column(columns, "Ready", condition("Ready", "status"), "string", 0);
    column(columns, "Champion", ".status.champion", "string", 0);
    column(columns, "Generation", ".status.championGeneration", "integer", 0);
    column(columns, "Age", ".metadata.creationTimestamp", "date", 0);
    column(columns, "Message", ".status.message", "string", 1);
  }

  private static String condition(String type, String field) {
    return ".status.conditions[?(@.type==\"%s\")].%s".formatted(type, field);
  }

  private static void column(ArrayNode into, String name, String path, String type, int priority) {
    ObjectNode column = into.addObject().put("name", name).put("type", type).put("jsonPath", path);
    if (priority > 0) {
      column.put("priority", priority);
    }
  }

  private ObjectNode specSchema() {
    ObjectNode spec = structural(schema.at("/properties/spec"), "");
    ObjectNode properties = (ObjectNode) spec.get("properties");
    JsonNode name = schema.at("/properties/metadata/properties/name/pattern");
    identity(properties.putObject("tenant"), name, "The tenant that the loop belongs to.");
    identity(
        properties.putObject("name"),
        name,
        "The loop's name, if it is not the resource's: two tenants may have loops of one name.");
    ((ArrayNode) spec.get("required")).add("tenant");
    ObjectNode rule = spec.putArray("x-kubernetes-validations").addObject();
    rule.put(
        "rule",
        "self.tenant == oldSelf.tenant && has(self.name) == has(oldSelf.name)"
            + " && (!has(self.name) || self.name == oldSelf.name)");
    rule.put("message", "tenant and name cannot change: make another Loop and delete this one");
    return spec;
  }

  private static void identity(ObjectNode field, JsonNode pattern, String description) {
    field.put("type", "string").put("description", description).put("maxLength", 63);
    field.set("pattern", pattern);
  }

  /** A structural schema: without references, unions and numeric exclusive bounds. */
  private ObjectNode structural(JsonNode from, String path) {
    if (from.has("$ref")) {
      return structural(schema.at(from.get("$ref").asText().substring(1)), path);
    }
    ObjectNode into = ChartFiles.YAML.createObjectNode();
    type(from.path("type"), into);
    // "duration" of Kubernetes is that of Go; the pattern states what an ISO 8601 duration is.
    from.properties().stream()
        .filter(field -> KEPT.contains(field.getKey()))
        .forEach(field -> into.set(field.getKey(), field.getValue()));
    exclusive(from, into, "exclusiveMinimum", "minimum");
    exclusive(from, into, "exclusiveMaximum", "maximum");
    if (from.has("items")) {
      into.set("items", structural(from.get("items"), path + "/*"));
    }
    if (from.path("additionalProperties").isObject()) {
      into.set("additionalProperties", structural(from.get("additionalProperties"), path + "/*"));
    }
    if (from.has("properties")) {
      ObjectNode properties = into.putObject("properties");
      from.get("properties")
          .properties()
          .forEach(
              field ->
                  properties.set(
                      field.getKey(), structural(field.getValue(), path + "/" + field.getKey())));
    }
    List<String> required = REQUIRED.getOrDefault(path, List.of());
    if (!required.isEmpty()) {
      required.forEach(into.putArray("required")::add);
    }
    if (!into.has("type")) {
      into.put("x-kubernetes-preserve-unknown-fields", true);
    }
    return into;
  }

  private static void type(JsonNode type, ObjectNode into) {
    if (type.isTextual()) {
      into.set("type", type);
    }
    for (JsonNode one : type) {
      if (one.asText().equals("null")) {
        into.put("nullable", true);
      } else {
        into.set("type", one);
      }
    }
  }

  private static void exclusive(JsonNode from, ObjectNode into, String keyword, String bound) {
    if (from.has(keyword)) {
      into.set(bound, from.get(keyword));
      into.put(keyword, true);
    }
  }

  private static ObjectNode statusSchema() {
    ObjectNode status = ChartFiles.YAML.createObjectNode().put("type", "object");
    ObjectNode fields = status.putObject("properties");
    fields.putObject("observedGeneration").put("type", "integer").put("format", "int64");
    fields.putObject("revision").put("type", "integer").put("format", "int64");
    fields.putObject("specSha256").put("type", "string");
    fields.putObject("champion").put("type", "string");
    fields.putObject("championGeneration").put("type", "integer").put("format", "int64");
    fields.putObject("message").put("type", "string");
    ObjectNode conditions = fields.putObject("conditions").put("type", "array");
    conditions.put("x-kubernetes-list-type", "map");
    conditions.putArray("x-kubernetes-list-map-keys").add("type");
    ObjectNode condition = conditions.putObject("items").put("type", "object");
    List.of("type", "status", "reason", "message", "lastTransitionTime")
        .forEach(condition.putArray("required")::add);
    ObjectNode parts = condition.putObject("properties");
    parts.putObject("type").put("type", "string");
    parts.putObject("status").put("type", "string").putArray("enum").add("True").add("False");
    parts.putObject("reason").put("type", "string");
    parts.putObject("message").put("type", "string").put("maxLength", 32768);
    parts.putObject("lastTransitionTime").put("type", "string").put("format", "date-time");
    parts.putObject("observedGeneration").put("type", "integer").put("format", "int64");
    return status;
  }
}
