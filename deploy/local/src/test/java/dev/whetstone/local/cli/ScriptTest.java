package dev.whetstone.local.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script itself, in a checkout whose Maven and Python only note that they were called. */
class ScriptTest {
  private static final Path SCRIPT = Path.of("../../whetstone");
  private static final Instant LONG_AGO = Instant.parse("2026-01-01T00:00:00Z");

  @TempDir private Path folder;
  private Path checkout;
  private Path state;

  /** How a call of the script ended, and what it printed. */
  private record Outcome(int code, String said) {}

  @BeforeEach
  void checkout() throws Exception {
    checkout = Files.createDirectory(folder.toRealPath().resolve("checkout"));
    state = checkout.resolve(".whetstone");
    Files.copy(SCRIPT, checkout.resolve("whetstone"));
    program(checkout.resolve("mvnw"), "echo \"$@\" >> " + checkout.resolve("maven-calls"));
    program(state.resolve("venv/bin/python"), "echo \"$@\" >> " + checkout.resolve("python-calls"));
    Path worker = Files.createDirectories(checkout.resolve("training-service/worker"));
    Files.writeString(worker.resolve("requirements.lock"), "torch==1\n");
    Files.writeString(worker.resolve("pyproject.toml"), "[project]\n");
    Files.writeString(
        state.resolve("venv/lock.sha256"), digest(worker.resolve("requirements.lock")));
    Files.createFile(state.resolve("built"));
    Files.setLastModifiedTime(state.resolve("built"), FileTime.from(LONG_AGO));
  }

  @Test
  void shouldNotTestUnderARunningStack() throws Exception {
    Process service = running(checkout.resolve("service"));
    try {
      pidFile(service.pid());

      Outcome outcome = script("test");

      assertThat(outcome.code()).isEqualTo(1);
      assertThat(outcome.said()).contains("the stack runs", "./whetstone down");
      assertThat(checkout.resolve("maven-calls")).doesNotExist();
    } finally {
      service.destroyForcibly();
    }
  }

  @Test
  void shouldNotTakeSomebodyElsesProcessForItsOwn() throws Exception {
    Process other = running(folder.resolve("elsewhere"));
    try {
      pidFile(other.pid());

      assertThat(script("test").code()).isZero();
    } finally {
      other.destroyForcibly();
    }
  }

  @Test
  void shouldCountAsBuiltOnlyWhatWasBuiltInFull() throws Exception {
    assertThat(script("test", "-pl", "contracts").code()).isZero();
    assertThat(builtAt()).isEqualTo(LONG_AGO);

    assertThat(script("test").code()).isZero();
    assertThat(builtAt()).isAfter(LONG_AGO);
    assertThat(checkout.resolve("maven-calls")).content().contains("-pl contracts verify");
  }

  @Test
  void shouldExplainItsTestsWithoutRunningAny() throws Exception {
    Outcome outcome = script("test", "--help");

    assertThat(outcome.code()).isZero();
    assertThat(outcome.said()).contains("Usage: ./whetstone test");
    assertThat(checkout.resolve("maven-calls")).doesNotExist();
    assertThat(checkout.resolve("python-calls")).doesNotExist();
  }

  @Test
  void shouldInstallTheWorkerAgainAfterAMove() throws Exception {
    assertThat(script("test").code()).isZero();
    Path moved = Files.move(checkout, folder.toRealPath().resolve("moved"));
    checkout = moved;
    // It still notes its calls under the former name; the link is how that stays readable.
    Files.createSymbolicLink(folder.toRealPath().resolve("checkout"), moved);

    assertThat(script("test").code()).isZero();

    assertThat(Files.readAllLines(moved.resolve("python-calls")))
        .filteredOn(call -> call.contains("--no-deps -e"))
        .hasSize(2)
        .last()
        .asString()
        .contains(moved.resolve("training-service/worker").toString());
  }

  @Test
  void shouldTakeOverTheLockOfADeadProcessAndGiveItBack() throws Exception {
    Process dead = new ProcessBuilder("true").start();
    dead.waitFor();
    Path lock = state.resolve("build.lock");
    Files.createSymbolicLink(lock, Path.of(Long.toString(dead.pid())));

    assertThat(script("test").code()).isZero();

    assertThat(Files.isSymbolicLink(lock)).isFalse();
  }

  @Test
  void shouldWaitForWhoeverBuilds() throws Exception {
    Path lock = state.resolve("build.lock");
    Files.createSymbolicLink(lock, Path.of(Long.toString(ProcessHandle.current().pid())));

    Process waiting = start("test");

    assertThat(waiting.inputReader().readLine())
        .contains("waiting for process " + ProcessHandle.current().pid());
    assertThat(checkout.resolve("maven-calls")).doesNotExist();
    Files.delete(lock);
    String ignored = new String(waiting.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(waiting.waitFor()).isZero();
  }

  private Outcome script(String... arguments) throws Exception {
    Process process = start(arguments);
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    return new Outcome(process.exitValue(), said);
  }

  private Process start(String... arguments) throws IOException {
    var command = new ArrayList<>(List.of("bash", checkout.resolve("whetstone").toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    return builder.start();
  }

  /** A process whose command line names {@code place}. */
  private static Process running(Path place) throws IOException {
    return new ProcessBuilder("sh", "-c", "sleep 60; exit", place.toString()).start();
  }

  private void pidFile(long pid) throws IOException {
    Files.createDirectories(state.resolve("run"));
    Files.writeString(state.resolve("run/eval.json"), "{\"name\":\"eval\",\"pid\":" + pid + "}");
  }

  private Instant builtAt() throws IOException {
    return Files.getLastModifiedTime(state.resolve("built")).toInstant();
  }

  private static String digest(Path file) throws Exception {
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
    return HexFormat.of().formatHex(digest);
  }

  private static void program(Path file, String line) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, "#!/bin/sh\n" + line + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }
}
