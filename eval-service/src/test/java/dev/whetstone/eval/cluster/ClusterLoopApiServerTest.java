package dev.whetstone.eval.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.whetstone.eval.cluster.ClusterLoopStatusRule.Facts;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/** The definition and the client against a real API server, whose kubeconfig is given. */
@EnabledIfEnvironmentVariable(
    named = "WHETSTONE_TEST_KUBECONFIG",
    matches = ".+",
    disabledReason =
        "skipped without a cluster; run it with ./whetstone test kubernetes --class ClusterLoopApiServerTest")
class ClusterLoopApiServerTest {
  private static final AtomicInteger TESTS = new AtomicInteger();
  private static final String DEFINITION_NAME = "loops.whetstone.dev";
  private static final Path DEFINITION =
      Path.of("../deploy/helm/whetstone/files", DEFINITION_NAME + ".yaml");

  /** Of each test, because a namespace ends some time after it was deleted. */
  private final String namespace = "whetstone-loop-test-" + TESTS.incrementAndGet();

  private KubernetesClient client;
  private KubernetesClusterLoops loops;

  /** Helm takes over no definition that others made. */
  @AfterAll
  static void removeDefinition() {
    try (KubernetesClient client = client()) {
      var definition =
          client.apiextensions().v1().customResourceDefinitions().withName(DEFINITION_NAME);
      definition.delete();
      definition.waitUntilCondition(Objects::isNull, 60, TimeUnit.SECONDS);
    }
  }

  @BeforeEach
  void connect() {
    client = client();
    client
        .load(new ByteArrayInputStream(text(DEFINITION).getBytes(StandardCharsets.UTF_8)))
        .serverSideApply();
    client
        .apiextensions()
        .v1()
        .customResourceDefinitions()
        .withName(DEFINITION_NAME)
        .waitUntilCondition(
            crd ->
                crd != null
                    && crd.getStatus() != null
                    && crd.getStatus().getConditions().stream()
                        .anyMatch(
                            c -> c.getType().equals("Established") && c.getStatus().equals("True")),
            30,
            TimeUnit.SECONDS);
    client
        .resource(
            new NamespaceBuilder().withNewMetadata().withName(namespace).endMetadata().build())
        .serverSideApply();
    loops = new KubernetesClusterLoops(client, namespace);
  }

  @AfterEach
  void clean() {
    for (ClusterLoop left : loops.list()) {
      var unused = loops.setFinalizers(left, List.of());
    }
    client.namespaces().withName(namespace).delete();
    client.close();
  }

  @Test
  void shouldHoldReportAndRelease() {
    apply(resource("support"));
    ClusterLoop held =
        loops.setFinalizers(loops.list().getFirst(), List.of(ClusterLoop.FINALIZER)).orElseThrow();
    JsonNode status =
        ClusterLoopStatusRule.status(
            held.status(), new Facts(held.generation(), "", null), Instant.now());

    loops.setStatus("support", status);

    assertThat(ClusterLoopStatusRule.isSame(status, loops.list().getFirst().status())).isTrue();
    assertThat(loops.setFinalizers(held, List.of()))
        .as("it has changed since it was read")
        .isEmpty();
    generic("support").delete();
    assertThat(loops.list().getFirst().isDeleted()).isTrue();
    assertThat(loops.setFinalizers(loops.list().getFirst(), List.of())).isPresent();
    assertThat(loops.list()).isEmpty();
  }

  @Test
  void shouldRefuseWhatTheLoopFileRefuses() {
    ObjectNode wrong = resource("wrong");
    ((ObjectNode) wrong.get("spec")).putObject("budgets").put("maxRunsPerDay", -1);
    assertThatThrownBy(() -> apply(wrong))
        .isInstanceOf(KubernetesClientException.class)
        .hasMessageContaining("spec.budgets.maxRunsPerDay");
    ObjectNode incomplete = resource("incomplete");
    ((ObjectNode) incomplete.get("spec")).remove("tenant");
    assertThatThrownBy(() -> apply(incomplete)).hasMessageContaining("spec.tenant");
  }

  @Test
  void shouldKeepTheTenant() {
    apply(resource("moved"));
    ObjectNode other = resource("moved");
    ((ObjectNode) other.get("spec")).put("tenant", "other");
    assertThatThrownBy(() -> apply(other)).hasMessageContaining("cannot change");
  }

  private static KubernetesClient client() {
    return new KubernetesClientBuilder()
        .withConfig(
            Config.fromKubeconfig(text(Path.of(System.getenv("WHETSTONE_TEST_KUBECONFIG")))))
        .build();
  }

  private void apply(ObjectNode resource) {
    GenericKubernetesResource object =
        client
            .getKubernetesSerialization()
            .unmarshal(resource.toString(), GenericKubernetesResource.class);
    var unused = client.resource(object).inNamespace(namespace).forceConflicts().serverSideApply();
  }

  private io.fabric8.kubernetes.client.dsl.Resource<GenericKubernetesResource> generic(
      String name) {
    return client
        .genericKubernetesResources("whetstone.dev/v1", "Loop")
        .inNamespace(namespace)
        .withName(name);
  }

  private static ObjectNode resource(String name) {
    ObjectNode resource = JsonNodeFactory.instance.objectNode();
    resource.put("apiVersion", "whetstone.dev/v1").put("kind", "Loop");
    resource.putObject("metadata").put("name", name);
    ObjectNode spec = resource.putObject("spec").put("tenant", "demo");
    spec.putObject("baseModel").put("uri", "file:///inputs/models/base");
    spec.putObject("consent").put("default", "deny");
    spec.putObject("serving").put("endpoint", "http://vllm:8000").put("baseName", "base");
    return resource;
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
