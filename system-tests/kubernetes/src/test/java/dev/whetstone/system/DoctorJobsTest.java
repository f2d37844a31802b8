package dev.whetstone.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The chart's Jobs of the doctor on a real cluster: a healthy release, then faults in it. */
@TestMethodOrder(OrderAnnotation.class)
class DoctorJobsTest {
  @RegisterExtension static final ClusterUnderTest cluster = new ClusterUnderTest();

  private static final String NAMESPACE = WhetstoneRelease.NAMESPACE;
  private static final String LOOP = "support";
  private static final List<String> SERVICES = List.of("ingest", "curation", "training", "eval");
  private static final Duration LIMIT = Duration.ofMinutes(5);

  @TempDir static Path folder;

  private static Steps steps;

  @BeforeAll
  static void install() {
    steps = new Steps("the doctor on Kubernetes:");
    WhetstoneRelease release = new WhetstoneRelease(cluster, folder);
    release.install("--set", "doctor.enabled=true", "--set", "doctor.timeoutSeconds=20");
    release.awaitReady();
    Path loop = folder.resolve("loop.json");
    DemoLoopResource.write(LOOP, loop);
    cluster.apply(NAMESPACE, loop);
    cluster.kubectl(
        "wait", "-n", NAMESPACE, "--for=condition=Accepted", "loop/" + LOOP, "--timeout=120s");
    steps.done("chart installed, loop accepted");
  }

  @Test
  @Order(1)
  void shouldFindNothingWrongInAHealthyRelease() {
    for (String service : SERVICES) {
      ProgramRun run = runJob(service);
      List<String> report = report(service);
      assertThat(report).noneMatch(line -> line.startsWith("fault")).isNotEmpty();
      run.succeeded();
      long ok = report.stream().filter(line -> line.startsWith("ok")).count();
      assertThat(ok).isPositive();
      steps.done("%s: %d checks ok, %d not checked", service, ok, report.size() - ok);
    }
  }

  @ParameterizedTest
  @Order(2)
  @CsvSource({
    "training, LocalQueue, whetstone, the LocalQueue does not exist, create LocalQueue",
    "eval, Deployment, model-server, it does not answer, start the model server",
    "ingest, Deployment, whetstone-ingest, ingest service, kubectl",
    "training, RoleBinding, whetstone-training, it may not, add"
  })
  void shouldNameWhatIsMissing(
      String service, String kind, String name, String thing, String remedy) {
    cluster.kubectl("delete", kind, name, "-n", NAMESPACE, "--wait=true", "--timeout=120s");
    if (kind.equals("Deployment")) {
      await().atMost(LIMIT).until(() -> cluster.pods(NAMESPACE, podLabels(name)).isEmpty());
    }

    runJob(service).failed();

    assertThat(report(service))
        .filteredOn(line -> line.startsWith("fault"))
        .isNotEmpty()
        .anySatisfy(line -> assertThat(line).contains(thing, "→", remedy))
        .allSatisfy(line -> assertThat(line).contains("→"));
    steps.done("%s %s deleted: named by the Job of %s", kind, name, service);
  }

  private static Map<String, String> podLabels(String deployment) {
    return deployment.startsWith(WhetstoneRelease.RELEASE + "-")
        ? Map.of(
            "app.kubernetes.io/component",
            deployment.substring(WhetstoneRelease.RELEASE.length() + 1))
        : Map.of("app", deployment);
  }

  private static ProgramRun runJob(String service) {
    return cluster.helm(
        "test",
        WhetstoneRelease.RELEASE,
        "--namespace",
        NAMESPACE,
        "--filter",
        "name=" + job(service),
        "--timeout",
        "4m");
  }

  /** The lines that the last Job of the service has printed. */
  private static List<String> report(String service) {
    String log = cluster.kubectl("logs", "-n", NAMESPACE, "job/" + job(service));
    System.out.println(log);
    return log.lines().toList();
  }

  private static String job(String service) {
    return WhetstoneRelease.RELEASE + "-doctor-" + service;
  }
}
