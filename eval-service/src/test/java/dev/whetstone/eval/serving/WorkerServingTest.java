package dev.whetstone.eval.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.whetstone.eval.fixture.LoraAdapterFiles;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** The worker package's own server, as the embedded stack runs it. */
class WorkerServingTest extends ServingPortContract {
  @TempDir static Path folder;
  private static Process process;
  private static ServingPort server;
  private static final HttpClient CLIENT =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @BeforeAll
  static void start() throws IOException {
    Path root = root();
    Path python = root.resolve(".whetstone/venv/bin/python");
    assumeTrue(
        Files.isExecutable(python),
        "skipped: the worker's environment is not there; ./whetstone makes it under"
            + " .whetstone/venv");
    Files.write(folder.resolve("adapter_config.json"), LoraAdapterFiles.config(4));
    Files.write(
        folder.resolve("adapter_model.safetensors"), LoraAdapterFiles.weights(4, 0.05f, 128));
    ProcessBuilder builder =
        new ProcessBuilder(
                python.toString(),
                "-m",
                "whetstone_serve",
                "--port",
                "0",
                "--base",
                root.resolve("deploy/local/demo/base").toString(),
                "--base-name",
                BASE)
            .redirectError(ProcessBuilder.Redirect.DISCARD);
    builder
        .environment()
        .put("PYTHONPATH", root.resolve("training-service/worker/serve/src").toString());
    process = builder.start();
    String url = url(process.inputReader());
    server = new HttpServingClient(CLIENT, URI.create(url), null, Duration.ofSeconds(60));
    await()
        .atMost(Duration.ofSeconds(60))
        .ignoreExceptions()
        .until(() -> server.models().contains(BASE));
  }

  @AfterAll
  static void stop() {
    if (process != null) {
      process.destroy();
    }
    CLIENT.close();
  }

  @Override
  ServingPort server() {
    return server;
  }

  @Override
  String adapter() {
    return folder.toString();
  }

  private static String url(BufferedReader output) throws IOException {
    String line = output.readLine();
    while (line != null && !line.contains(" at http://")) {
      line = output.readLine();
    }
    assertThat(line).as("the worker's server says where it listens").isNotNull();
    return line.substring(line.indexOf("http://")).strip();
  }

  private static Path root() {
    Path folder = Path.of("").toAbsolutePath();
    while (folder != null && !Files.exists(folder.resolve("mvnw"))) {
      folder = folder.getParent();
    }
    assertThat(folder).as("a folder above that holds mvnw").isNotNull();
    return folder;
  }
}
