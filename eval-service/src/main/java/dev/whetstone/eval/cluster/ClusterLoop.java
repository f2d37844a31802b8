package dev.whetstone.eval.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.kit.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A Loop resource as the API server has it.
 *
 * @param content the whole object
 */
record ClusterLoop(JsonNode content) {
  /** Keeps a deleted resource until the loop is deleted too. */
  static final String FINALIZER = "whetstone.dev/loop";

  private static final String TENANT = "tenant";
  private static final String NAME = "name";

  String name() {
    return content.at("/metadata/name").asText();
  }

  String uid() {
    return content.at("/metadata/uid").asText();
  }

  long generation() {
    return content.at("/metadata/generation").asLong();
  }

  String resourceVersion() {
    return content.at("/metadata/resourceVersion").asText();
  }

  boolean isDeleted() {
    return !content.at("/metadata/deletionTimestamp").asText("").isBlank();
  }

  List<String> finalizers() {
    List<String> finalizers = new ArrayList<>();
    content.at("/metadata/finalizers").forEach(each -> finalizers.add(each.asText()));
    return finalizers;
  }

  boolean isHeld() {
    return finalizers().contains(FINALIZER);
  }

  JsonNode status() {
    return content.path("status");
  }

  /** The loop that it declares; empty if its names are not valid. */
  Optional<LoopId> loop() {
    try {
      return Optional.of(new LoopId(content.at("/spec/tenant").asText(), loopName()));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /**
   * The same as a loop file: the tenant and the name move from the spec to the metadata, and what
   * Kubernetes adds is left out.
   */
  byte[] loopFile() {
    ObjectNode file = JsonNodeFactory.instance.objectNode();
    file.put("apiVersion", LoopSpec.API_VERSION);
    file.put("kind", LoopSpec.KIND);
    file.putObject("metadata")
        .put(TENANT, content.at("/spec/tenant").asText())
        .put(NAME, loopName());
    ObjectNode spec = file.putObject("spec");
    content.path("spec").properties().stream()
        .filter(field -> !field.getKey().equals(TENANT) && !field.getKey().equals(NAME))
        .forEach(field -> spec.set(field.getKey(), field.getValue()));
    return Json.write(file);
  }

  private String loopName() {
    return content.at("/spec/name").asText(name());
  }
}
