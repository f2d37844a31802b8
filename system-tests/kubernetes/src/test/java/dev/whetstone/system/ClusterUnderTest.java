package dev.whetstone.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.readiness.Readiness;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The cluster that {@code ./whetstone test kubernetes} has started. Namespaces that a test class
 * creates through it are removed after the class, unless the cluster is kept for a look at them.
 */
final class ClusterUnderTest implements BeforeAllCallback, AfterAllCallback {
  static final String NODE = "node-1";
  static final String PROBE_IMAGE = "whetstone.test/probe:1";
  static final Path PROJECT = WhetstoneUnderTest.PROJECT;
  static final Path SOURCES = PROJECT.resolve("system-tests/kubernetes");

  private static final Duration COMMAND_LIMIT = Duration.ofMinutes(5);

  private final List<String> namespaces = new ArrayList<>();
  private final List<String> volumes = new ArrayList<>();
  private final List<Process> forwards = new ArrayList<>();
  private KubernetesClient client;

  @Override
  public void beforeAll(ExtensionContext context) {
    client =
        new KubernetesClientBuilder().withConfig(Config.fromKubeconfig(read(kubeconfig()))).build();
  }

  @Override
  public void afterAll(ExtensionContext context) {
    forwards.forEach(Process::destroy);
    if (client == null) {
      return;
    }
    if (context.getExecutionException().isPresent()) {
      namespaces.forEach(this::printState);
    }
    if (Boolean.getBoolean("whetstone.cluster.keep")) {
      client.close();
      return;
    }
    for (String namespace : namespaces) {
      deleteLoops(namespace);
      client.namespaces().withName(namespace).delete();
    }
    await()
        .atMost(Duration.ofMinutes(3))
        .until(
            () -> namespaces.stream().allMatch(n -> client.namespaces().withName(n).get() == null));
    volumes.forEach(volume -> client.persistentVolumes().withName(volume).delete());
    client.close();
  }

  /**
   * Loops first: eval removes their finalizer, and the end of a namespace would end eval before it
   * can. Where eval no longer runs, the finalizer is removed here.
   */
  private void deleteLoops(String namespace) {
    String[] delete = {"delete", "loops", "--all", "-n", namespace, "--timeout=60s"};
    ProgramRun left = runKubectl("get", "loops", "-n", namespace, "-o", "name");
    // The definition is not there in every class.
    if (left.exitCode() != 0 || runKubectl(delete).exitCode() == 0) {
      return;
    }
    String none = "{\"metadata\":{\"finalizers\":[]}}";
    for (String loop : left.output().lines().toList()) {
      runKubectl("patch", loop, "-n", namespace, "--type=merge", "-p", none);
    }
  }

  KubernetesClient client() {
    return client;
  }

  /** Creates a namespace that enforces the pod security standard {@code restricted}. */
  String namespace(String name) {
    return namespace(name, "restricted");
  }

  String namespace(String name, String podSecurity) {
    kubectl("create", "namespace", name);
    namespaces.add(name);
    kubectl("label", "namespace", name, "pod-security.kubernetes.io/enforce=" + podSecurity);
    return name;
  }

  /** A volume that is a folder of this machine. It belongs to the claim of that name. */
  void hostVolume(String namespace, String claim, Path folder, boolean writable) {
    PersistentVolume volume = HostVolumes.volume(namespace, claim, folder, writable);
    client.resource(volume).create();
    volumes.add(volume.getMetadata().getName());
    client.resource(HostVolumes.claim(namespace, claim, writable)).create();
  }

  /** Applies the objects of a file to a namespace. */
  void apply(String namespace, Path file) {
    kubectl("apply", "-n", namespace, "-f", file.toString());
  }

  /** Loads the image {@link #PROBE_IMAGE}. */
  void loadProbe() {
    cluster("load", programs().resolve("probe.tar").toString());
  }

  String kubectl(String... arguments) {
    return runKubectl(arguments).succeeded();
  }

  ProgramRun runKubectl(String... arguments) {
    return program("kubectl", COMMAND_LIMIT, arguments);
  }

  ProgramRun helm(String... arguments) {
    return program("helm", Duration.ofMinutes(10), arguments);
  }

  /** Runs the program of the cluster, for example {@code kill kubelet}. */
  String cluster(String command, String... arguments) {
    var all = new ArrayList<>(List.of(command, "--dir", directory().toString()));
    all.addAll(Arrays.asList(arguments));
    return program("cluster", COMMAND_LIMIT, all.toArray(String[]::new)).succeeded();
  }

  ProgramRun program(String name, Duration limit, String... arguments) {
    var command = new ArrayList<>(List.of(programs().resolve(name).toString()));
    command.addAll(Arrays.asList(arguments));
    return ProgramRun.of(limit, environment(), command);
  }

  /** Makes an address of the cluster reachable at 127.0.0.1, until the end of the class. */
  void publish(int port, String address) {
    try {
      forwards.add(
          new ProcessBuilder(
                  programs().resolve("cluster").toString(),
                  "publish",
                  "--dir",
                  directory().toString(),
                  Integer.toString(port),
                  address)
              .inheritIO()
              .start());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  List<Pod> pods(String namespace, Map<String, String> labels) {
    return client.pods().inNamespace(namespace).withLabels(labels).list().getItems();
  }

  void awaitReadyPod(String namespace, Map<String, String> labels, Duration limit) {
    await()
        .atMost(limit)
        .untilAsserted(
            () ->
                assertThat(pods(namespace, labels))
                    .as("pods %s in %s", labels, namespace)
                    .isNotEmpty()
                    .allMatch(Readiness::isPodReady));
  }

  boolean isNodeReady() {
    Node node = client.nodes().withName(NODE).get();
    return node != null && Readiness.isNodeReady(node);
  }

  /** Prints what explains a failure: the pods, their events and the ends of their logs. */
  private void printState(String namespace) {
    for (String what : List.of("pods,jobs,pvc", "events")) {
      System.err.println(runKubectl("get", what, "-n", namespace, "-o", "wide").output());
    }
    for (Pod pod : client.pods().inNamespace(namespace).list().getItems()) {
      String name = pod.getMetadata().getName();
      System.err.println("--- " + name);
      System.err.println(
          runKubectl("logs", "-n", namespace, name, "--all-containers", "--tail=40").output());
    }
  }

  static Path programs() {
    return required("whetstone.cluster.programs");
  }

  static Path directory() {
    return required("whetstone.cluster.directory");
  }

  static Path definitions() {
    return required("whetstone.cluster.definitions");
  }

  static Path images() {
    return required("whetstone.cluster.images");
  }

  static Path python() {
    return required("whetstone.cluster.python");
  }

  private static Path kubeconfig() {
    return directory().resolve("admin.kubeconfig");
  }

  private static Map<String, String> environment() {
    String helm = directory().resolve("helm").toString();
    return Map.of(
        "KUBECONFIG", kubeconfig().toString(),
        "HELM_CACHE_HOME", helm,
        "HELM_CONFIG_HOME", helm,
        "HELM_DATA_HOME", helm);
  }

  private static Path required(String property) {
    String value = System.getProperty(property, "");
    assertThat(value)
        .as("the system property %s; run these tests with ./whetstone test kubernetes", property)
        .isNotEmpty();
    return Path.of(value);
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
