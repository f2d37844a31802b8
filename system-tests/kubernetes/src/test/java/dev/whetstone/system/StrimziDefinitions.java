package dev.whetstone.system;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.CustomResource;
import io.strimzi.api.kafka.model.kafka.Kafka;
import io.strimzi.api.kafka.model.nodepool.KafkaNodePool;
import io.strimzi.api.kafka.model.topic.KafkaTopic;
import io.strimzi.api.kafka.model.user.KafkaUser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * CustomResourceDefinitions of Strimzi, made from its Java model: no package offers the files. They
 * refuse unknown fields, wrong types and unknown values of enumerations, but contain no bounds and
 * no required fields.
 */
final class StrimziDefinitions {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String STORED = "v1";
  private static final List<String> VERSIONS = List.of(STORED, "v1beta2");
  private static final List<Class<? extends CustomResource<?, ?>>> KINDS =
      List.of(Kafka.class, KafkaNodePool.class, KafkaTopic.class, KafkaUser.class);

  private StrimziDefinitions() {}

  /** Writes one file for each kind. */
  static void write(Path folder) throws IOException {
    Files.createDirectories(folder);
    var schemas = new ModelSchema(JSON);
    for (Class<? extends CustomResource<?, ?>> kind : KINDS) {
      Path file = folder.resolve(HasMetadata.getPlural(kind) + ".json");
      JSON.writeValue(file.toFile(), definition(kind, schemas));
    }
  }

  private static ObjectNode definition(
      Class<? extends CustomResource<?, ?>> kind, ModelSchema schemas) {
    String group = HasMetadata.getGroup(kind);
    String plural = HasMetadata.getPlural(kind);
    ObjectNode definition =
        JSON.createObjectNode()
            .put("apiVersion", "apiextensions.k8s.io/v1")
            .put("kind", "CustomResourceDefinition");
    definition.putObject("metadata").put("name", plural + "." + group);
    ObjectNode spec = definition.putObject("spec").put("group", group).put("scope", "Namespaced");
    spec.putObject("names")
        .put("kind", HasMetadata.getKind(kind))
        .put("plural", plural)
        .put("singular", HasMetadata.getSingular(kind));
    ObjectNode schema = schemas.ofProperties(kind, List.of("spec", "status"));
    for (String version : VERSIONS) {
      ObjectNode entry =
          spec.withArray("versions")
              .addObject()
              .put("name", version)
              .put("served", true)
              .put("storage", version.equals(STORED));
      entry.putObject("schema").set("openAPIV3Schema", schema);
      entry.putObject("subresources").putObject("status");
    }
    return definition;
  }
}
