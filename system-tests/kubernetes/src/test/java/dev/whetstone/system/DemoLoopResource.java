package dev.whetstone.system;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.whetstone.client.api.ApiClient;
import dev.whetstone.client.api.LoopFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/** The demo's loop as a {@code Loop} resource for {@link WhetstoneRelease}. */
final class DemoLoopResource {
  private static final Path DEMO = ClusterUnderTest.PROJECT.resolve("deploy/local/demo");

  private DemoLoopResource() {}

  /**
   * Writes the resource to a file.
   *
   * @param name the resource's name, which becomes the loop's
   */
  static void write(String name, Path file) {
    try {
      ApiClient.JSON.writeValue(file.toFile(), resource(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Kubernetes owns the metadata, and pods have the demo's files and the model server elsewhere.
   */
  private static ObjectNode resource(String name) throws IOException {
    LoopFile loop = LoopFile.read(DEMO.resolve("loop.yaml"));
    String text =
        ApiClient.JSON
            .writeValueAsString(loop.content())
            .replace("file://" + DEMO, "file:///inputs/demo");
    ObjectNode resource = (ObjectNode) ApiClient.JSON.readTree(text);
    resource.putObject("metadata").put("name", name);
    ObjectNode spec = (ObjectNode) resource.path("spec");
    spec.put("tenant", loop.tenant());
    ((ObjectNode) spec.path("serving")).put("endpoint", "http://model-server:8090");
    ObjectNode training = (ObjectNode) spec.path("training");
    training.put("leaseDuration", "PT30S").putObject("engine").put("kind", "kubernetes-job");
    return resource;
  }
}
