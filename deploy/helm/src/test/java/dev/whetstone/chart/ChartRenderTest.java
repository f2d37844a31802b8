package dev.whetstone.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What Helm renders. */
class ChartRenderTest {
  private static final String PRODUCTION = "values-production.yaml";
  private static final Set<String> POD_OWNERS = Set.of("Deployment", "StatefulSet", "Job", "Pod");
  @TempDir Path temporary;

  static Stream<List<String>> installations() {
    return Stream.of(
        List.of("values-small.yaml"),
        List.of(PRODUCTION),
        List.of(PRODUCTION, "values-gpu.yaml"),
        List.of("values-small.yaml", "values-gpu.yaml"));
  }

  @Test
  void shouldRunTheDoctorAsEachServiceWhereAsked() throws IOException {
    List<JsonNode> objects =
        RenderedChart.of(temporary, List.of(PRODUCTION, "values-gpu.yaml"), "doctor.enabled=true");

    for (String service : List.of("ingest", "curation", "training", "eval")) {
      JsonNode job = object(objects, "Job", "whetstone-doctor-" + service).at("/spec/template");
      JsonNode deployment =
          object(objects, "Deployment", "whetstone-" + service).at("/spec/template/spec");
      assertThat(job.at("/spec/serviceAccountName"))
          .isEqualTo(deployment.path("serviceAccountName"));
      assertThat(job.at("/spec/volumes")).isEqualTo(deployment.path("volumes"));
      assertThat(job.at("/spec/containers/0/env")).containsAll(deployment.at("/containers/0/env"));
      assertThat(object(objects, "NetworkPolicy", "whetstone-" + service).toString())
          .contains("doctor-" + service);
    }
    assertThat(object(objects, "Role", "whetstone-training").toString()).contains("localqueues");
    assertThat(object(objects, "KafkaUser", "whetstone-eval").toString())
        .contains("DescribeConfigs");
    assertThat(rendered(List.of(PRODUCTION, "values-gpu.yaml")).toString())
        .doesNotContain("doctor", "localqueues", "DescribeConfigs");
  }

  private static JsonNode object(List<JsonNode> objects, String kind, String name) {
    return objects.stream()
        .filter(
            object ->
                object.path("kind").asText().equals(kind)
                    && object.at("/metadata/name").asText().equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + kind + " " + name));
  }

  @ParameterizedTest
  @MethodSource("installations")
  void shouldRenderPodsOfTheRestrictedProfile(List<String> files) throws IOException {
    List<JsonNode> pods =
        rendered(files).stream()
            .filter(object -> POD_OWNERS.contains(object.path("kind").asText()))
            .map(
                object ->
                    object.path("kind").asText().equals("Pod")
                        ? object.path("spec")
                        : object.at("/spec/template/spec"))
            .toList();

    assertThat(pods).hasSizeGreaterThanOrEqualTo(4);
    for (JsonNode pod : pods) {
      assertThat(pod.at("/securityContext/runAsNonRoot").asBoolean()).isTrue();
      assertThat(pod.at("/securityContext/seccompProfile/type").asText())
          .isEqualTo("RuntimeDefault");
      assertThat(pod.path("enableServiceLinks").asBoolean(true)).isFalse();
      for (JsonNode container : pod.path("containers")) {
        JsonNode security = container.path("securityContext");
        assertThat(security.path("allowPrivilegeEscalation").asBoolean(true)).isFalse();
        assertThat(security.path("readOnlyRootFilesystem").asBoolean()).isTrue();
        assertThat(security.at("/capabilities/drop/0").asText()).isEqualTo("ALL");
        assertThat(container.at("/resources/limits/memory").asText()).isNotEmpty();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("installations")
  void shouldMountEveryVolumeAndMakeEveryMount(List<String> files) throws IOException {
    for (JsonNode object : rendered(files)) {
      JsonNode pod = object.at("/spec/template/spec");
      Set<String> volumes = names(pod.path("volumes"), "name");
      object
          .at("/spec/volumeClaimTemplates")
          .forEach(claim -> volumes.add(claim.at("/metadata/name").asText()));
      Set<String> mounts = new HashSet<>();
      pod.path("containers")
          .forEach(container -> mounts.addAll(names(container.path("volumeMounts"), "name")));
      assertThat(volumes).as(object.at("/metadata/name").asText()).isEqualTo(mounts);
    }
  }

  @Test
  void shouldProbeTheManagementPort() throws IOException {
    for (JsonNode object : rendered(List.of(PRODUCTION))) {
      if (!object.path("kind").asText().equals("Deployment")) {
        continue;
      }
      JsonNode container = object.at("/spec/template/spec/containers/0");
      for (String probe : List.of("startupProbe", "readinessProbe", "livenessProbe")) {
        assertThat(container.at("/" + probe + "/httpGet/port").asText()).isEqualTo("management");
      }
      assertThat(container.at("/ports/1/containerPort").asInt()).isEqualTo(9000);
    }
  }

  @Test
  void shouldNameTheSameSecretsEverywhereWithoutContainingOne() throws IOException {
    List<JsonNode> objects = rendered(List.of(PRODUCTION));
    assertThat(objects).noneMatch(object -> object.path("kind").asText().equals("Secret"));
  }

  @Test
  void shouldGiveRightsToTrainingAndEvalOnly() throws IOException {
    List<String> roles =
        rendered(List.of(PRODUCTION)).stream()
            .filter(object -> object.path("kind").asText().equals("Role"))
            .map(object -> object.at("/metadata/name").asText())
            .toList();
    assertThat(roles).containsExactlyInAnyOrder("whetstone-training", "whetstone-eval");
    assertThat(rendered(List.of(PRODUCTION)))
        .noneMatch(object -> object.path("kind").asText().startsWith("ClusterRole"));
  }

  @ParameterizedTest
  @CsvSource({"true, create", "false, list"})
  void shouldGiveTrainJobsTheirRuntimeAndRightsOnlyWhenAsked(boolean jobs, String first)
      throws IOException {
    assertThat(rendered(List.of(PRODUCTION)))
        .noneMatch(object -> object.toString().contains("trainer.kubeflow.org"));

    List<JsonNode> objects =
        RenderedChart.of(
            temporary,
            List.of(PRODUCTION),
            "workers.kubeflowTrainJobs=true",
            "workers.gracePeriod=PT1M30S",
            "workers.kubernetesJobs=" + jobs);
    JsonNode runtime = only(objects, "TrainingRuntime", "whetstone-worker");
    JsonNode job = runtime.at("/spec/template/spec/replicatedJobs/0/template/spec");
    assertThat(job.path("backoffLimit").asInt(-1)).isZero();
    assertThat(job.at("/podFailurePolicy/rules/1/onExitCodes/containerName").asText())
        .isEqualTo("node");
    assertThat(job.at("/template/spec/terminationGracePeriodSeconds").asInt()).isEqualTo(90);
    JsonNode rules = only(objects, "Role", "whetstone-training").path("rules");
    assertThat(rules.at("/0/resources/0").asText()).isEqualTo("jobs");
    assertThat(rules.at("/0/verbs/0").asText()).isEqualTo(first);
    assertThat(rules.at("/1/apiGroups/0").asText()).isEqualTo("trainer.kubeflow.org");
    assertThat(rules.at("/1/resources").toString()).isEqualTo("[\"trainjobs\"]");
    assertThat(only(objects, "Deployment", "whetstone-training").toString())
        .contains("\"WHETSTONE_TRAINING_KUBEFLOW_ENABLED\"", "\"whetstone-worker\"");
  }

  @Test
  void shouldRefuseAGracePeriodThatARuntimeCannotHave() {
    assertThatThrownBy(
            () ->
                RenderedChart.of(
                    temporary,
                    List.of(PRODUCTION),
                    "workers.kubeflowTrainJobs=true",
                    "workers.gracePeriod=PT1.5M"))
        .hasMessageContaining("workers.gracePeriod is PT1.5M; write whole hours");
  }

  private static JsonNode only(List<JsonNode> objects, String kind, String name) {
    return objects.stream()
        .filter(object -> object.path("kind").asText().equals(kind))
        .filter(object -> object.at("/metadata/name").asText().equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError(kind + " " + name));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          keys.existingSecret=                       | keys.existingSecret is missing
          secrets.curationDigest.existingSecret=     | secrets.curationDigest.existingSecret is missing
          database.eval.existingSecret=              | database.eval.existingSecret is missing
          store.uri=                                 | store.uri is missing
          strimzi.enabled=false                      | kafka.bootstrapServers is missing
          cloudnativepg.enabled=false                | database.host is missing
          kafka.bootstrapServers=k:9092              | exclude each other
          strimzi.replicas=1                         | strimzi.replicas is 1
          pods.terminationGraceSeconds=10            | pods.terminationGraceSeconds (10) must be more
          services.eval.replicas=0                   | replicas
          service.eval.replicas=2                    | service
          """)
  void shouldRefuseWhatCannotBeInstalled(String argument, String message) {
    assertThatThrownBy(() -> RenderedChart.of(temporary, List.of(PRODUCTION), argument.strip()))
        .hasMessageContaining(message.strip());
  }

  @Test
  void shouldGenerateSecretsOnlyWhenAsked() throws IOException {
    List<String> small =
        rendered(List.of("values-small.yaml")).stream()
            .filter(object -> object.path("kind").asText().equals("Secret"))
            .map(object -> object.at("/metadata/name").asText())
            .toList();
    assertThat(small).containsExactlyInAnyOrder("whetstone-generated", "whetstone-keys");
  }

  @Test
  void shouldDenyWhatNoPolicyAllows() throws IOException {
    List<JsonNode> policies =
        rendered(List.of("values-small.yaml")).stream()
            .filter(object -> object.path("kind").asText().equals("NetworkPolicy"))
            .map(object -> object.path("spec"))
            .toList();
    assertThat(policies)
        .anySatisfy(
            policy -> {
              assertThat(policy.path("policyTypes").toString())
                  .isEqualTo("[\"Ingress\",\"Egress\"]");
              assertThat(policy.has("ingress")).isFalse();
              assertThat(policy.has("egress")).isFalse();
            });
    for (JsonNode policy : policies) {
      for (JsonNode rule : policy.path("ingress")) {
        assertThat(rule.path("from")).as("a rule without peers admits everyone").isNotEmpty();
      }
      for (JsonNode rule : policy.path("egress")) {
        assertThat(rule.path("ports")).as("a rule without ports allows all").isNotEmpty();
      }
    }
  }

  @Test
  void shouldMakeAConfigMapOfEachDashboardOnlyWhenAsked() throws IOException {
    assertThat(rendered(List.of(PRODUCTION))).noneMatch(ChartRenderTest::isDashboard);

    List<JsonNode> made =
        RenderedChart.of(temporary, List.of(PRODUCTION), "monitoring.dashboards.enabled=true")
            .stream()
            .filter(ChartRenderTest::isDashboard)
            .toList();

    assertThat(made).hasSameSizeAs(MonitoringFiles.dashboards());
    for (Path file : MonitoringFiles.dashboards()) {
      assertThat(made)
          .anySatisfy(
              map ->
                  assertThat(map.path("data").path("whetstone-" + file.getFileName()).asText())
                      .isEqualTo(ChartFiles.text(file).strip()));
    }
  }

  @Test
  void shouldMakeARuleOfTheAlertsOnlyWhenAsked() throws IOException {
    assertThat(rendered(List.of(PRODUCTION))).noneMatch(ChartRenderTest::isRule);

    List<JsonNode> made =
        RenderedChart.of(
                temporary,
                List.of(PRODUCTION),
                "monitoring.rules.enabled=true",
                "monitoring.rules.labels.release=prometheus",
                "monitoring.rules.runbooks=https://example.com/runbooks/")
            .stream()
            .filter(ChartRenderTest::isRule)
            .toList();

    assertThat(made).hasSize(1);
    assertThat(made.getFirst().at("/metadata/labels/release").asText()).isEqualTo("prometheus");
    List<JsonNode> rules = new ArrayList<>();
    made.getFirst().at("/spec/groups").forEach(group -> group.path("rules").forEach(rules::add));
    assertThat(rules)
        .extracting(rule -> rule.path("expr").asText())
        .isEqualTo(
            MonitoringFiles.rules().stream().map(rule -> rule.path("expr").asText()).toList());
    assertThat(rules)
        .filteredOn(rule -> rule.has("alert"))
        .allSatisfy(
            rule ->
                assertThat(rule.at("/annotations/runbook_url").asText())
                    .startsWith("https://example.com/runbooks/"));
  }

  private static boolean isDashboard(JsonNode object) {
    return object.path("kind").asText().equals("ConfigMap")
        && object.at("/metadata/labels/grafana_dashboard").asText().equals("1");
  }

  private static boolean isRule(JsonNode object) {
    return object.path("kind").asText().equals("PrometheusRule");
  }

  private List<JsonNode> rendered(List<String> files) throws IOException {
    return RenderedChart.of(temporary, files);
  }

  private static Set<String> names(JsonNode list, String field) {
    Set<String> names = new HashSet<>();
    list.forEach(each -> names.add(each.path(field).asText()));
    return names;
  }
}
