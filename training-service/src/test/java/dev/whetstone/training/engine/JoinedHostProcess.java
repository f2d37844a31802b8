package dev.whetstone.training.engine;

import dev.whetstone.testing.TestKeys;
import dev.whetstone.testing.server.ProjectFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The real {@code whetstone_worker join} in a process, with a script in place of the worker. */
final class JoinedHostProcess implements AutoCloseable {
  private final Process process;
  private final Path work;

  JoinedHostProcess(Path folder, URI server, String name, int workers, Path script) {
    work = folder.resolve(name);
    try {
      Files.createDirectories(work);
      Path key = Files.writeString(folder.resolve("key"), TestKeys.ACME_WORK.text());
      List<String> command = new ArrayList<>();
      command.add(python().toString());
      command.addAll(List.of("-m", "whetstone_worker", "join", "--server", server.toString()));
      command.addAll(List.of("--token-file", key.toString(), "--name", name, "--gpus", ""));
      command.addAll(List.of("--workers", Integer.toString(workers), "--work", work.toString()));
      command.addAll(List.of("--command", python() + " " + script));
      ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
      builder
          .environment()
          .put("PYTHONPATH", ProjectFolder.of("training-service/worker/src").toString());
      process = builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The folder of an attempt's worker. */
  Path work(String attemptId) {
    return work.resolve(attemptId);
  }

  /** Its workers save and end first. */
  void drain() {
    process.destroy();
    try {
      if (!process.waitFor(60, TimeUnit.SECONDS)) {
        throw new IllegalStateException("the host did not drain");
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  void kill() {
    process.destroyForcibly();
  }

  @Override
  public void close() {
    if (process.isAlive()) {
      drain();
    }
  }

  static Path python() {
    return ProjectFolder.of(".whetstone/venv/bin/python");
  }
}
