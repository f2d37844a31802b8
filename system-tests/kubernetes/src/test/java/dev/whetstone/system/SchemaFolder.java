package dev.whetstone.system;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;

/**
 * JSON schemas for kubeconform, one file for each kind, from the OpenAPI document of a live API
 * server. They cover the kinds of installed CustomResourceDefinitions and refuse unknown fields.
 */
final class SchemaFolder {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String DEFINITIONS = "definitions.json";
  private static final String QUANTITY = "io.k8s.apimachinery.pkg.api.resource.Quantity";
  private static final String PRESERVES_UNKNOWN = "x-kubernetes-preserve-unknown-fields";

  private SchemaFolder() {}

  /**
   * Writes the schemas.
   *
   * @param openApi the document at {@code /openapi/v2}
   * @return the number of kinds
   */
  static int write(Path folder, String openApi) {
    try {
      ObjectNode definitions = (ObjectNode) JSON.readTree(openApi).path("definitions");
      for (JsonNode definition : definitions) {
        refuseUnknownFields((ObjectNode) definition);
      }
      // The document calls both a string; a number is accepted as well.
      definitions.set(QUANTITY, JSON.readTree("{\"type\": [\"string\", \"number\"]}"));
      int kinds = 0;
      for (Map.Entry<String, JsonNode> entry : definitions.properties()) {
        for (JsonNode kind : entry.getValue().path("x-kubernetes-group-version-kind")) {
          if (entry.getValue().path("properties").has("metadata")) {
            Files.writeString(folder.resolve(fileName(kind)), reference(entry.getKey()));
            kinds++;
          }
        }
      }
      JSON.writeValue(
          folder.resolve(DEFINITIONS).toFile(),
          JSON.createObjectNode().set("definitions", definitions));
      return kinds;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write schemas to " + folder, e);
    }
  }

  private static void refuseUnknownFields(ObjectNode schema) {
    if ("int-or-string".equals(schema.path("format").asText())) {
      schema.remove("format");
      schema.putArray("type").add("string").add("integer");
    }
    if (schema.has("properties")
        && !schema.has("additionalProperties")
        && !schema.path(PRESERVES_UNKNOWN).asBoolean()) {
      schema.put("additionalProperties", false);
    }
    for (JsonNode property : schema.path("properties")) {
      refuseUnknownFields((ObjectNode) property);
    }
    if (schema.path("items") instanceof ObjectNode items) {
      refuseUnknownFields(items);
    }
    if (schema.path("additionalProperties") instanceof ObjectNode values) {
      refuseUnknownFields(values);
    }
  }

  /** The name that kubeconform asks for: KIND-GROUP-VERSION.json, the group up to its first dot. */
  private static String fileName(JsonNode kind) {
    String group = kind.path("group").asText().replaceFirst("\\..*", "");
    String name =
        kind.path("kind").asText()
            + (group.isEmpty() ? "" : "-" + group)
            + "-"
            + kind.path("version").asText();
    return name.toLowerCase(Locale.ROOT) + ".json";
  }

  private static String reference(String definition) throws IOException {
    return JSON.writeValueAsString(
        Map.of("$ref", DEFINITIONS + "#/definitions/" + definition.replace("/", "~1")));
  }
}
