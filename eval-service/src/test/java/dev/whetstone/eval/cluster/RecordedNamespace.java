package dev.whetstone.eval.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.whetstone.kit.json.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Loop resources in memory, with what an API server does with finalizers and versions. */
final class RecordedNamespace implements ClusterLoops {
  private final Map<String, ObjectNode> objects = new LinkedHashMap<>();
  final List<String> statusWrites = new ArrayList<>();
  private long version;

  /** Creates or changes a resource; a changed spec is another generation. */
  void apply(ObjectNode resource) {
    String name = resource.at("/metadata/name").asText();
    ObjectNode old = objects.get(name);
    ObjectNode metadata = (ObjectNode) resource.get("metadata");
    long generation = old == null ? 1 : old.at("/metadata/generation").asLong() + 1;
    metadata.put("uid", "uid-" + name).put("generation", generation);
    if (old != null) {
      metadata.set("finalizers", old.at("/metadata/finalizers"));
      resource.set("status", old.path("status"));
    }
    put(name, resource);
  }

  /** Marks a resource as deleted, as kubectl does with one that has a finalizer. */
  void delete(String name) {
    ObjectNode object = objects.get(name);
    ((ObjectNode) object.get("metadata")).put("deletionTimestamp", "2026-11-01T10:00:00Z");
    put(name, object);
  }

  boolean has(String name) {
    return objects.containsKey(name);
  }

  JsonNode status(String name) {
    return objects.get(name).path("status");
  }

  @Override
  public List<ClusterLoop> list() {
    return objects.values().stream().map(object -> new ClusterLoop(object.deepCopy())).toList();
  }

  @Override
  public Optional<ClusterLoop> setFinalizers(ClusterLoop read, List<String> finalizers) {
    ObjectNode object = objects.get(read.name());
    if (object == null
        || !object.at("/metadata/resourceVersion").asText().equals(read.resourceVersion())) {
      return Optional.empty();
    }
    finalizers.forEach(((ObjectNode) object.get("metadata")).putArray("finalizers")::add);
    put(read.name(), object);
    ClusterLoop changed = new ClusterLoop(object.deepCopy());
    if (changed.isDeleted() && finalizers.isEmpty()) {
      objects.remove(read.name());
    }
    return Optional.of(changed);
  }

  @Override
  public void setStatus(String name, JsonNode status) {
    ObjectNode object = objects.get(name);
    if (object != null) {
      object.set("status", Json.read(status.toString(), JsonNode.class));
      statusWrites.add(name);
      put(name, object);
    }
  }

  private void put(String name, ObjectNode object) {
    ((ObjectNode) object.get("metadata")).put("resourceVersion", Long.toString(++version));
    objects.put(name, object);
  }
}
