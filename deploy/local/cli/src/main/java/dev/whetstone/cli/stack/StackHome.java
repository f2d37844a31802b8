package dev.whetstone.cli.stack;

import dev.whetstone.client.RemedyException;
import dev.whetstone.client.api.StackComponent;
import dev.whetstone.embedded.FileTrees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The state folder of a stack: {@code .whetstone/} of the checkout, or the folder of a test.
 *
 * @param directory without symbolic links: the operating system reports the folders of processes
 *     without them, and the mark of the processes must not depend on the path to the checkout
 */
public record StackHome(Path directory) {
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rwx------");

  public StackHome {
    directory = real(directory.toAbsolutePath().normalize());
  }

  /** The real path, also of a path that does not exist yet. */
  private static Path real(Path path) {
    try {
      return path.toRealPath();
    } catch (IOException e) {
      Path parent = path.getParent();
      return parent == null ? path : real(parent).resolve(path.getFileName());
    }
  }

  /** Files of Kafka and PostgreSQL. */
  public Path data() {
    return directory.resolve("data");
  }

  /** The object store. */
  public Path store() {
    return directory.resolve("store");
  }

  /** One folder per training attempt: spec, log, exit code. */
  public Path work() {
    return directory.resolve("work");
  }

  public Path run() {
    return directory.resolve("run");
  }

  public Path logs() {
    return directory.resolve("logs");
  }

  public Path log(StackComponent component) {
    return logs().resolve(component.id() + ".log");
  }

  public Path pidFile(String name) {
    return run().resolve(name + ".json");
  }

  /** Hashed API keys; every service reads them. */
  public Path keysFile() {
    return directory.resolve("keys.json");
  }

  /** The plain text of the operator keys that this command line uses. */
  public Path secrets() {
    return directory.resolve("secrets");
  }

  /** The Python interpreter of the worker environment. */
  public Path python() {
    return directory.resolve("venv/bin/python");
  }

  /** Files that a library unpacks or downloads and can recreate. */
  Path cache(String library) {
    return directory.resolve("cache").resolve(library);
  }

  /** The port offset of the running stack; absent without an offset. */
  Path portOffset() {
    return directory.resolve("port-offset");
  }

  /** Locked while a process starts or stops the stack. */
  Path lock() {
    return directory.resolve("stack.lock");
  }

  public Path demo() {
    return directory.resolve("demo");
  }

  /**
   * Creates the folders that every process expects. The folder is private because it contains
   * secrets.
   */
  public void create() {
    try {
      Files.createDirectories(directory);
      Files.setPosixFilePermissions(directory, OWNER_ONLY);
    } catch (IOException e) {
      throw new RemedyException(
          "cannot create the folder " + directory + ": " + e.getMessage(),
          "grant write access to " + directory.getParent() + " or free disk space there",
          e);
    }
    for (Path folder : new Path[] {data(), store(), work(), run(), logs()}) {
      try {
        Files.createDirectories(folder);
      } catch (IOException e) {
        throw new RemedyException(
            "cannot create the folder " + folder + ": " + e.getMessage(),
            "grant write access to " + directory + " or free disk space there",
            e);
      }
    }
  }

  /**
   * Deletes the PID files of a stopped stack, because the operating system may reuse the process
   * ids.
   */
  void deleteRunFiles() {
    try (Stream<Path> files = Files.exists(run()) ? Files.list(run()) : Stream.of()) {
      for (Path file : files.toList()) {
        Files.deleteIfExists(file);
      }
      Files.deleteIfExists(portOffset());
    } catch (IOException e) {
      throw new RemedyException(
          "cannot delete the files in " + run() + ": " + e.getMessage(), "delete them manually", e);
    }
  }

  /**
   * Deletes the files of Kafka, PostgreSQL and the object store, and the folders of the attempts.
   */
  void deleteData() {
    for (Path folder : List.of(data(), store(), work())) {
      try {
        FileTrees.delete(folder);
      } catch (IOException e) {
        throw new RemedyException(
            "cannot delete " + folder + ": " + e.getMessage(), "delete it manually", e);
      }
    }
  }
}
