package dev.whetstone.eval.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.whetstone.kit.json.Json;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceList;
import io.fabric8.kubernetes.api.model.ListOptions;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.NonNamespaceOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** {@link ClusterLoops} by the API server. */
final class KubernetesClusterLoops implements ClusterLoops {
  private static final ResourceDefinitionContext LOOPS =
      new ResourceDefinitionContext.Builder()
          .withGroup("whetstone.dev")
          .withVersion("v1")
          .withKind("Loop")
          .withPlural("loops")
          .withNamespaced(true)
          .build();
  private static final PatchContext MERGE = PatchContext.of(PatchType.JSON_MERGE);
  private static final PatchContext REPLACE = PatchContext.of(PatchType.JSON);
  private static final long PAGE = 200;
  private static final int FORBIDDEN = 403;
  private static final int NOT_FOUND = 404;
  private static final int CONFLICT = 409;
  private final KubernetesClient client;
  private final String namespace;

  KubernetesClusterLoops(KubernetesClient client, String namespace) {
    this.client = client;
    this.namespace = namespace;
  }

  @Override
  public List<ClusterLoop> list() {
    List<ClusterLoop> all = new ArrayList<>();
    String next = null;
    do {
      ListOptions options = new ListOptionsBuilder().withLimit(PAGE).withContinue(next).build();
      GenericKubernetesResourceList page = page(options);
      page.getItems().forEach(item -> all.add(new ClusterLoop(Json.mapper().valueToTree(item))));
      next = page.getMetadata().getContinue();
    } while (next != null && !next.isEmpty());
    return all;
  }

  @Override
  public Optional<ClusterLoop> setFinalizers(ClusterLoop read, List<String> finalizers) {
    ObjectNode patch = JsonNodeFactory.instance.objectNode();
    ObjectNode metadata = patch.putObject("metadata");
    metadata.put("resourceVersion", read.resourceVersion());
    finalizers.forEach(metadata.putArray("finalizers")::add);
    return changed(() -> one(read.name()).patch(MERGE, patch.toString()))
        .map(resource -> new ClusterLoop(Json.mapper().valueToTree(resource)));
  }

  @Override
  public void setStatus(String name, JsonNode status) {
    ArrayNode patch = JsonNodeFactory.instance.arrayNode();
    // A merge would keep fields that the new status does not have.
    patch.addObject().put("op", "add").put("path", "/status").set("value", status);
    var unused = changed(() -> one(name).subresource("status").patch(REPLACE, patch.toString()));
  }

  private NonNamespaceOperation<
          GenericKubernetesResource,
          GenericKubernetesResourceList,
          Resource<GenericKubernetesResource>>
      loops() {
    return client.genericKubernetesResources(LOOPS).inNamespace(namespace);
  }

  private GenericKubernetesResourceList page(ListOptions options) {
    try {
      return loops().list(options);
    } catch (KubernetesClientException e) {
      throw new ClusterUnavailableException(cause(e), e);
    }
  }

  private Resource<GenericKubernetesResource> one(String name) {
    return loops().withName(name);
  }

  /** Empty if the resource has changed meanwhile or is gone: the next pass sees it as it is. */
  private Optional<GenericKubernetesResource> changed(Supplier<GenericKubernetesResource> call) {
    try {
      return Optional.of(call.get());
    } catch (KubernetesClientException e) {
      if (e.getCode() == CONFLICT || e.getCode() == NOT_FOUND) {
        return Optional.empty();
      }
      throw new ClusterUnavailableException(cause(e), e);
    }
  }

  private String cause(KubernetesClientException e) {
    return switch (e.getCode()) {
      case FORBIDDEN ->
          "the service account may not get, list and patch loops.whetstone.dev in namespace '%s'; grant it with the chart's Role of eval: %s"
              .formatted(namespace, e.getMessage());
      case NOT_FOUND ->
          "namespace '%s' has no loops.whetstone.dev; install the definition (loops.resources.installDefinition of the chart)"
              .formatted(namespace);
      default -> "the API server does not answer: " + e.getMessage();
    };
  }
}
