package dev.whetstone.system;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.whetstone.client.api.ApiClient;
import dev.whetstone.client.api.StackComponent;
import dev.whetstone.client.api.StackPorts;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesListBuilder;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The chart, installed in a namespace with the volumes and the model server that it needs. */
final class WhetstoneRelease {
  static final String NAMESPACE = "whetstone";
  static final String RELEASE = "whetstone";
  static final Path CHART = ClusterUnderTest.PROJECT.resolve("deploy/helm/whetstone");
  static final List<StackComponent> SERVICES =
      List.of(
          StackComponent.INGEST,
          StackComponent.CURATION,
          StackComponent.TRAINING,
          StackComponent.EVAL);

  private static final Duration LIMIT = Duration.ofMinutes(5);

  private final ClusterUnderTest cluster;
  private final Path folder;
  private final HostPython python = HostPython.find();
  private final StackPorts ports = StackPorts.free();

  /**
   * @param folder an empty folder for the data of the release
   */
  WhetstoneRelease(ClusterUnderTest cluster, Path folder) {
    this.cluster = cluster;
    this.folder = folder;
  }

  /**
   * Loads the images, creates the namespace and its volumes, and installs the chart.
   *
   * @param more further arguments of {@code helm upgrade --install}
   */
  void install(String... more) {
    loadImages();
    cluster.namespace(NAMESPACE);
    python.createVolumes(cluster, NAMESPACE);
    cluster.hostVolume(NAMESPACE, "store", writableFolder("store"), true);
    cluster.hostVolume(NAMESPACE, "infrastructure", writableFolder("infrastructure"), true);
    cluster.hostVolume(
        NAMESPACE, "demo", ClusterUnderTest.PROJECT.resolve("deploy/local/demo"), false);
    upgrade(CHART, more);
    deployModelServer();
    for (StackComponent service : SERVICES) {
      cluster.publish(ports.http(service), addressOf(RELEASE + "-" + service.id(), 8080));
      cluster.publish(ports.management(service), addressOf(RELEASE + "-" + service.id(), 9000));
    }
    cluster.publish(ports.modelServer(), addressOf("model-server", 8090));
  }

  /** Installs or upgrades, and waits until every pod is ready. */
  void upgrade(Path chart, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "upgrade",
                "--install",
                RELEASE,
                chart.toString(),
                "--namespace",
                NAMESPACE,
                "--values",
                CHART.resolve("values-small.yaml").toString(),
                "--values",
                ClusterUnderTest.SOURCES.resolve("values-test.yaml").toString(),
                "--values",
                machineValues().toString(),
                "--wait",
                "--timeout",
                "8m"));
    arguments.addAll(Arrays.asList(more));
    cluster.helm(arguments.toArray(String[]::new)).succeeded();
  }

  /** A client with the operator's key that the chart has generated. */
  ApiClient api() {
    String key =
        cluster
            .client()
            .secrets()
            .inNamespace(NAMESPACE)
            .withName(RELEASE + "-generated")
            .get()
            .getData()
            .get("operator-key");
    return new ApiClient(
        ports, new String(Base64.getDecoder().decode(key), StandardCharsets.US_ASCII));
  }

  StackPorts ports() {
    return ports;
  }

  Map<String, String> labels(StackComponent service) {
    return Map.of(
        "app.kubernetes.io/instance", RELEASE, "app.kubernetes.io/component", service.id());
  }

  void awaitReady() {
    SERVICES.forEach(service -> cluster.awaitReadyPod(NAMESPACE, labels(service), LIMIT));
    cluster.awaitReadyPod(
        NAMESPACE, Map.of("app.kubernetes.io/component", "infrastructure"), LIMIT);
    cluster.awaitReadyPod(NAMESPACE, Map.of("app", "model-server"), LIMIT);
  }

  private void loadImages() {
    try (Stream<Path> files = Files.list(ClusterUnderTest.images())) {
      List<String> archives =
          files.map(Path::toString).filter(file -> file.endsWith(".tar")).sorted().toList();
      cluster.cluster("load", archives.toArray(String[]::new));
      cluster.loadProbe();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void deployModelServer() {
    Path manifest = folder.resolve("model-server.yaml");
    try {
      String template =
          Files.readString(ClusterUnderTest.SOURCES.resolve("manifests/model-server.yaml"))
              .replace("@PYTHON@", python.interpreter().toString());
      List<HasMetadata> objects =
          cluster
              .client()
              .load(new ByteArrayInputStream(template.getBytes(StandardCharsets.UTF_8)))
              .items();
      objects.forEach(this::mountPython);
      Files.writeString(
          manifest, Serialization.asYaml(new KubernetesListBuilder().withItems(objects).build()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    cluster.apply(NAMESPACE, manifest);
    cluster.awaitReadyPod(NAMESPACE, Map.of("app", "model-server"), LIMIT);
  }

  private void mountPython(HasMetadata object) {
    if (object instanceof Deployment deployment) {
      var pod = deployment.getSpec().getTemplate().getSpec();
      python
          .claimsByPath()
          .forEach(
              (path, claim) -> {
                pod.getVolumes().add(HostVolumes.podVolume(claim));
                pod.getContainers()
                    .getFirst()
                    .getVolumeMounts()
                    .add(HostVolumes.mount(claim, path));
              });
    }
  }

  /** The values that depend on this machine. */
  private Path machineValues() {
    ObjectNode values = ApiClient.JSON.createObjectNode();
    ObjectNode claims = values.putObject("workers").putObject("claims");
    python.claimsByPath().forEach(claims::put);
    values
        .putObject("services")
        .putObject("training")
        .putObject("environment")
        .put(
            "WHETSTONE_TRAINING_KUBERNETES_COMMAND", python.interpreter() + ",-m,whetstone_worker");
    Path file = folder.resolve("values-machine.json");
    try {
      ApiClient.JSON.writeValue(file.toFile(), values);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return file;
  }

  private String addressOf(String service, int port) {
    Service found =
        await()
            .atMost(LIMIT)
            .until(
                () -> cluster.client().services().inNamespace(NAMESPACE).withName(service).get(),
                s -> s != null && s.getSpec().getClusterIP() != null);
    return found.getSpec().getClusterIP() + ":" + port;
  }

  /** Kubernetes applies no {@code fsGroup} to host folders, so that every user may write. */
  private Path writableFolder(String name) {
    try {
      Path created = Files.createDirectories(folder.resolve(name));
      return Files.setPosixFilePermissions(created, PosixFilePermissions.fromString("rwxrwxrwx"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
