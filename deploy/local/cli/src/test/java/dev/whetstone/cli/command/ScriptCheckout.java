package dev.whetstone.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A checkout with the script, whose Maven and Python only record their calls. */
record ScriptCheckout(Path folder) {
  static final Instant LONG_AGO = Instant.parse("2026-01-01T00:00:00Z");
  private static final Path SCRIPT = Path.of("../../../whetstone");

  /** Exit code and output of a call of the script. */
  record Outcome(int code, String output) {}

  /** A checkout that was built long ago, with a worker environment. */
  static ScriptCheckout in(Path parent) throws IOException {
    var checkout =
        new ScriptCheckout(Files.createDirectory(parent.toRealPath().resolve("checkout")));
    Path state = checkout.state();
    Files.copy(SCRIPT, checkout.resolve("whetstone"));
    program(checkout.resolve("mvnw"), "echo \"$@\" >> " + checkout.resolve("maven-calls"));
    program(state.resolve("venv/bin/python"), "echo \"$@\" >> " + checkout.resolve("python-calls"));
    Path worker = Files.createDirectories(checkout.resolve("training-service/worker"));
    Files.writeString(worker.resolve("requirements.lock"), "torch==1\n");
    for (String part : List.of("", "serve", "toybase")) {
      Path distribution = Files.createDirectories(worker.resolve(part));
      Files.writeString(distribution.resolve("pyproject.toml"), "[project]\n");
    }
    Files.writeString(
        state.resolve("venv/lock.sha256"), digest(worker.resolve("requirements.lock")));
    Files.createFile(state.resolve("built"));
    Files.setLastModifiedTime(state.resolve("built"), FileTime.from(LONG_AGO));
    return checkout;
  }

  Path resolve(String name) {
    return folder.resolve(name);
  }

  Path state() {
    return folder.resolve(".whetstone");
  }

  Path buildLock() {
    return state().resolve("build.lock");
  }

  Instant builtAt() throws IOException {
    return Files.getLastModifiedTime(state().resolve("built")).toInstant();
  }

  /** Writes a PID file as if a service ran as this process. */
  void pidFile(long pid) throws IOException {
    Files.createDirectories(state().resolve("run"));
    Files.writeString(state().resolve("run/eval.json"), "{\"name\":\"eval\",\"pid\":" + pid + "}");
  }

  Outcome script(String... arguments) throws Exception {
    return script(Map.of(), arguments);
  }

  Outcome script(Map<String, String> environment, String... arguments) throws Exception {
    ProcessBuilder builder = builder(List.of(), arguments);
    builder.environment().putAll(environment);
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    return new Outcome(process.exitValue(), output);
  }

  /**
   * A call of the script.
   *
   * @param by program and arguments that start the script, empty for none
   */
  ProcessBuilder builder(List<String> by, String... arguments) {
    var command = new ArrayList<>(by);
    command.addAll(List.of("/bin/bash", resolve("whetstone").toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().remove("WHETSTONE_PYTHON");
    return builder;
  }

  /** A folder with only these programs of the system. */
  Path onlyTools(String... names) throws IOException {
    Path tools = Files.createDirectory(resolve("tools"));
    for (String name : names) {
      Path there =
          Stream.of("/usr/bin", "/bin")
              .map(place -> Path.of(place, name))
              .filter(Files::isExecutable)
              .findFirst()
              .orElseThrow();
      program(tools.resolve(name), "exec " + there + " \"$@\"");
    }
    return tools;
  }

  /** A process whose command line contains {@code place}. */
  static Process running(Path place) throws IOException {
    return new ProcessBuilder("sh", "-c", "sleep 60; exit", place.toString()).start();
  }

  /** Writes an executable shell script of one line. */
  static void program(Path file, String line) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, "#!/bin/sh\n" + line + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private static String digest(Path file) throws IOException {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
