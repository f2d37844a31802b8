package dev.whetstone.local.stack;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Where a stack keeps what it needs: {@code .whetstone/} of the checkout, or a test's folder. */
public record StackHome(Path directory) {
  public StackHome {
    directory = directory.toAbsolutePath().normalize();
  }

  /** Kafka's and PostgreSQL's files. */
  public Path data() {
    return directory.resolve("data");
  }

  /** The object store. */
  public Path store() {
    return directory.resolve("store");
  }

  /** Where training keeps a folder per attempt: spec, log, exit code. */
  public Path work() {
    return directory.resolve("work");
  }

  public Path run() {
    return directory.resolve("run");
  }

  public Path logs() {
    return directory.resolve("logs");
  }

  public Path log(Component component) {
    return logs().resolve(component.id() + ".log");
  }

  public Path pidFile(String name) {
    return run().resolve(name + ".json");
  }

  /** API keys, hashed; every service reads it. */
  public Path keysFile() {
    return directory.resolve("keys.json");
  }

  /** The plain text of the operator keys that this machine's command line uses itself. */
  public Path secrets() {
    return directory.resolve("secrets");
  }

  /** The worker's environment. */
  public Path python() {
    return directory.resolve("venv/bin/python");
  }

  public Path demo() {
    return directory.resolve("demo");
  }

  /** Makes the folders that every process expects. */
  public void create() {
    for (Path folder : new Path[] {data(), store(), work(), run(), logs()}) {
      try {
        Files.createDirectories(folder);
      } catch (IOException e) {
        throw new StackException(
            "cannot make the folder " + folder + ": " + e.getMessage(),
            "give write access to " + directory + " or free space there",
            e);
      }
    }
  }

  /** Deletes Kafka's, PostgreSQL's and the store's files and the attempts' folders. */
  void deleteData() {
    for (Path folder : List.of(data(), store(), work())) {
      try (Stream<Path> files = Files.exists(folder) ? Files.walk(folder) : Stream.of()) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      } catch (IOException e) {
        throw new StackException(
            "cannot delete " + folder + ": " + e.getMessage(), "delete it by hand", e);
      }
    }
  }
}
