package dev.whetstone.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every object of the chart, rendered with every values file, is accepted by a live API server that
 * knows the definitions of all operators, and a wrong field is refused.
 */
class ChartManifestsTest {
  @RegisterExtension static final ClusterUnderTest cluster = new ClusterUnderTest();

  private static final Path CHART = ClusterUnderTest.PROJECT.resolve("deploy/helm/whetstone");
  private static final Path EVERYTHING = ClusterUnderTest.SOURCES.resolve("values-everything.yaml");
  private static final String NAMESPACE = "chart-manifests";
  private static final int COMMON_KINDS = 60;

  @TempDir static Path schemas;
  @TempDir static Path strimzi;
  @TempDir Path rendered;

  @BeforeAll
  static void installDefinitions() throws IOException {
    cluster.namespace(NAMESPACE);
    try (Stream<Path> folders = Files.list(ClusterUnderTest.definitions())) {
      for (Path folder : folders.filter(Files::isDirectory).sorted().toList()) {
        // Kueue's own chart has installed its definitions, with its conversion webhook.
        if (!folder.endsWith("kueue")) {
          cluster.kubectl("apply", "--server-side", "--force-conflicts", "-f", folder.toString());
        }
      }
    }
    StrimziDefinitions.write(strimzi);
    cluster.kubectl("apply", "--server-side", "--force-conflicts", "-f", strimzi.toString());
    cluster.kubectl("wait", "--for=condition=Established", "crd", "--all", "--timeout=60s");
    assertThat(SchemaFolder.write(schemas, cluster.kubectl("get", "--raw", "/openapi/v2")))
        .isGreaterThan(COMMON_KINDS);
  }

  static Stream<List<Path>> valuesFiles() {
    Path small = CHART.resolve("values-small.yaml");
    Path production = CHART.resolve("values-production.yaml");
    Path gpu = CHART.resolve("values-gpu.yaml");
    return Stream.of(
        List.of(small),
        List.of(small, ClusterUnderTest.SOURCES.resolve("values-test.yaml")),
        List.of(production),
        List.of(production, gpu),
        List.of(small, EVERYTHING),
        List.of(production, gpu, EVERYTHING));
  }

  @ParameterizedTest
  @MethodSource("valuesFiles")
  void shouldBeAcceptedByTheApiServer(List<Path> values) throws IOException {
    assertThat(dryRun(render(values)).succeeded().lines())
        .allMatch(line -> line.endsWith("(server dry run)"));
  }

  @ParameterizedTest
  @MethodSource("valuesFiles")
  void shouldMatchTheSchemasOfTheApiServer(List<Path> values) throws IOException {
    assertThat(kubeconform(render(values)).succeeded())
        .contains("Invalid: 0, Errors: 0, Skipped: 0");
  }

  @ParameterizedTest
  @MethodSource("valuesFiles")
  void shouldPassHelmLint(List<Path> values) {
    List<String> arguments = new ArrayList<>(List.of("lint", "--strict", CHART.toString()));
    values.forEach(file -> arguments.addAll(List.of("--values", file.toString())));
    cluster.helm(arguments.toArray(String[]::new)).succeeded();
  }

  @Test
  void shouldRefuseAWrongField() throws IOException {
    Path manifests = render(List.of(CHART.resolve("values-small.yaml")));
    Files.writeString(
        manifests,
        Files.readString(manifests)
            .replaceFirst("revisionHistoryLimit:", "revisionHistoryLimitt:"));
    assertThat(dryRun(manifests).failed()).contains("unknown field \"spec.revisionHistoryLimitt\"");
    assertThat(kubeconform(manifests).failed()).contains("revisionHistoryLimitt");
  }

  @Test
  void shouldRefuseAWrongFieldOfAnOperatorsObject() throws IOException {
    Path manifests =
        render(List.of(CHART.resolve("values-production.yaml"), CHART.resolve("values-gpu.yaml")));
    Files.writeString(
        manifests, Files.readString(manifests).replaceFirst("nominalQuota:", "nominalQuotaa:"));
    assertThat(dryRun(manifests).failed()).contains("nominalQuotaa");
  }

  private Path render(List<Path> values) throws IOException {
    List<String> arguments =
        new ArrayList<>(
            List.of("template", "whetstone", CHART.toString(), "--namespace", NAMESPACE));
    values.forEach(file -> arguments.addAll(List.of("--values", file.toString())));
    Path file = rendered.resolve("manifests.yaml");
    Files.writeString(file, cluster.helm(arguments.toArray(String[]::new)).succeeded());
    return file;
  }

  private static ProgramRun dryRun(Path manifests) {
    return cluster.runKubectl(
        "apply",
        "--dry-run=server",
        "--validate=strict",
        "-n",
        NAMESPACE,
        "-f",
        manifests.toString());
  }

  private static ProgramRun kubeconform(Path manifests) {
    return cluster.program(
        "kubeconform",
        Duration.ofMinutes(2),
        "-strict",
        "-summary",
        "-schema-location",
        schemas + "/{{.ResourceKind}}{{.KindSuffix}}.json",
        manifests.toString());
  }
}
