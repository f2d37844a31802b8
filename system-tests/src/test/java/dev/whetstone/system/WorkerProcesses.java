package dev.whetstone.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.client.api.ApiClient;
import dev.whetstone.client.api.ApiReply;
import dev.whetstone.client.api.StackComponent;
import dev.whetstone.contracts.run.RunSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The worker processes of training attempts, found by their working directory. */
final class WorkerProcesses {
  private static final String TOKEN = "WHETSTONE_WORKER_TOKEN=";

  private WorkerProcesses() {}

  /** Training workers of this stack, without the shells around them. */
  static List<ProcessHandle> training(WhetstoneUnderTest whetstone) {
    Path work = whetstone.stack().options().home().directory().resolve("work");
    return ProcessHandle.allProcesses()
        .filter(process -> worksIn(process, work))
        .filter(process -> commandLine(process).contains("whetstone_worker\0train"))
        .filter(process -> !commandLine(process).startsWith("sh\0"))
        .toList();
  }

  /** Kills the workers with SIGKILL and returns their number. */
  static int kill(WhetstoneUnderTest whetstone) {
    List<ProcessHandle> workers = training(whetstone);
    workers.forEach(ProcessHandle::destroyForcibly);
    workers.forEach(worker -> worker.onExit().join());
    return workers.size();
  }

  /** Suspends a process, like a hung machine. */
  static void suspend(ProcessHandle process) {
    signal(process, "-STOP");
  }

  /**
   * A reporter with the spec and token of a worker, for reports of a worker that resumes too late.
   */
  static Reporter reporter(ProcessHandle worker, WhetstoneUnderTest whetstone) {
    Path process = Path.of("/proc", Long.toString(worker.pid()));
    try {
      RunSpec spec =
          ApiClient.JSON.readValue(
              process.resolve("cwd").toRealPath().resolve("run-spec.json").toFile(), RunSpec.class);
      String token =
          Stream.of(Files.readString(process.resolve("environ")).split("\0"))
              .filter(variable -> variable.startsWith(TOKEN))
              .map(variable -> variable.substring(TOKEN.length()))
              .findFirst()
              .orElseThrow();
      return new Reporter(new ApiClient(whetstone.ports(), token), spec);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read spec and token of worker " + worker.pid(), e);
    }
  }

  /** Sends status reports on behalf of a worker. */
  record Reporter(ApiClient api, RunSpec spec) {
    ApiReply report(String phase) {
      return api.post(
          StackComponent.TRAINING,
          "/v1/attempts/" + spec.attempt() + "/status",
          ApiClient.JSON
              .createObjectNode()
              .put("fence", spec.fence())
              .put("phase", phase)
              .put("step", 1)
              .put("epoch", 0.1));
    }
  }

  private static void signal(ProcessHandle process, String signal) {
    try {
      var kill = new ProcessBuilder("kill", signal, Long.toString(process.pid())).start();
      assertThat(kill.waitFor()).as("kill %s", signal).isZero();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  private static boolean worksIn(ProcessHandle process, Path folder) {
    try {
      return Path.of("/proc", Long.toString(process.pid()), "cwd").toRealPath().startsWith(folder);
    } catch (IOException e) {
      // Exited, or owned by another user.
      return false;
    }
  }

  private static String commandLine(ProcessHandle process) {
    try {
      Path file = Path.of("/proc", Long.toString(process.pid()), "cmdline");
      return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    } catch (IOException e) {
      return "";
    }
  }
}
