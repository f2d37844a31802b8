package dev.whetstone.cli.command.loop;

import com.fasterxml.jackson.databind.JsonNode;
import dev.whetstone.client.api.ApiClient;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Asks the worker on this machine which kinds of conversations the chat template of a declared base
 * trains, before anything is spent. Only a base in a folder of this machine is checked.
 *
 * @param usable whether the plainest row trains; without it, the declaration is refused
 * @param lines what people need to know, ready to print; empty if every kind trains
 */
record BaseCheck(boolean usable, List<String> lines) {
  /** The worker imports its libraries, which takes seconds on a busy machine. */
  private static final Duration LIMIT = Duration.ofMinutes(2);

  private static final int LONGEST_OUTPUT = 1 << 20;

  BaseCheck {
    lines = List.copyOf(lines);
  }

  /**
   * Checks the base of a declaration.
   *
   * @param spec the declaration's {@code spec}
   * @return empty if the base is not in a folder of this machine
   */
  static Optional<BaseCheck> of(Path python, JsonNode spec) {
    URI base = URI.create(spec.at("/baseModel/uri").asText());
    if (!"file".equals(base.getScheme()) || !Files.isDirectory(Path.of(base.getPath()))) {
      return Optional.empty();
    }
    List<String> command =
        new ArrayList<>(
            List.of(
                python.toString(),
                "-m",
                "whetstone_worker",
                "check-base",
                "--base",
                base.getPath()));
    String endpoint = spec.at("/serving/endpoint").asText("");
    // The service, not this command, knows the key of a server that wants one.
    if (!endpoint.isEmpty() && spec.at("/serving/credentialsRef").asText("").isEmpty()) {
      command.addAll(List.of("--endpoint", endpoint));
    }
    try {
      return Optional.of(run(command));
    } catch (IOException e) {
      return Optional.of(notChecked(e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  private static BaseCheck run(List<String> command) throws IOException, InterruptedException {
    Path out = Files.createTempFile("whetstone-base-check", ".json");
    Path err = Files.createTempFile("whetstone-base-check", ".log");
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
              .redirectOutput(out.toFile())
              .redirectError(err.toFile())
              .start();
      if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly();
        return notChecked("the worker did not answer within " + LIMIT.toSeconds() + " s");
      }
      return process.exitValue() == 0
          ? judge(ApiClient.JSON.readTree(read(out)))
          : notChecked(lastLine(read(err)));
    } finally {
      Files.deleteIfExists(out);
      Files.deleteIfExists(err);
    }
  }

  private static BaseCheck notChecked(String reason) {
    return new BaseCheck(true, List.of("the base was not checked: %s".formatted(reason.strip())));
  }

  /** Turns the worker's report into lines. */
  static BaseCheck judge(JsonNode report) {
    List<String> lines = new ArrayList<>();
    int trained = 0;
    for (JsonNode kind : report.path("capabilities")) {
      String name = kind.path("name").asText();
      String detail = kind.path("detail").asText();
      switch (kind.path("verdict").asText()) {
        case "trains" -> trained++;
        case "loses" -> lines.add("the base loses something of %s: %s".formatted(name, detail));
        default ->
            lines.add("rows with %s will be left out of training: %s".formatted(name, detail));
      }
    }
    if (!lines.isEmpty()) {
      lines.addFirst(
          "the base's chat template trains %d of %d kinds of conversations"
              .formatted(trained, report.path("capabilities").size()));
    }
    String server = report.path("server").asText();
    if (server.startsWith("template-differs")) {
      lines.add("the model server renders conversations in another way: " + server);
    }
    return new BaseCheck(report.path("usable").asBoolean(), lines);
  }

  private static byte[] read(Path file) throws IOException {
    try (InputStream content = Files.newInputStream(file)) {
      return content.readNBytes(LONGEST_OUTPUT);
    }
  }

  private static String lastLine(byte[] output) {
    return new String(output, StandardCharsets.UTF_8)
        .lines()
        .reduce((first, second) -> second)
        .orElse("the worker ended without a reason");
  }
}
