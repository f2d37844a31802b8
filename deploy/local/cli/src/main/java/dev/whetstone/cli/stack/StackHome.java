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
 * Where a stack keeps what it needs: {@code .whetstone/} of the checkout, or a test's folder.
 *
 * @param directory without symbolic links: the system tells processes' folders so, and the mark
 *     that processes carry must be the same however the checkout is reached
 */
public record StackHome(Path directory) {
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rwx------");

  public StackHome {
    directory = real(directory.toAbsolutePath().normalize());
  }

  /** The real path, also of what is not there yet. */
  private static Path real(Path path) {
    try {
      return path.toRealPath();
    } catch (IOException e) {
      Path parent = path.getParent();
      return parent == null ? path : real(parent).resolve(path.getFileName());
    }
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

  public Path log(StackComponent component) {
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

  /** What a library unpacks or downloads and could make again. */
  Path cache(String library) {
    return directory.resolve("cache").resolve(library);
  }

  /** By how much the running stack's ports are shifted; not there when they are not. */
  Path portOffset() {
    return directory.resolve("port-offset");
  }

  /** Held while the stack is started or ended, so that only one does it at a time. */
  Path lock() {
    return directory.resolve("stack.lock");
  }

  public Path demo() {
    return directory.resolve("demo");
  }

  /** Makes the folders that every process expects; there are secrets among them. */
  public void create() {
    try {
      Files.createDirectories(directory);
      Files.setPosixFilePermissions(directory, OWNER_ONLY);
    } catch (IOException e) {
      throw new RemedyException(
          "cannot make the folder " + directory + ": " + e.getMessage(),
          "give write access to " + directory.getParent() + " or free space there",
          e);
    }
    for (Path folder : new Path[] {data(), store(), work(), run(), logs()}) {
      try {
        Files.createDirectories(folder);
      } catch (IOException e) {
        throw new RemedyException(
            "cannot make the folder " + folder + ": " + e.getMessage(),
            "give write access to " + directory + " or free space there",
            e);
      }
    }
  }

  /** Nothing runs any more: a process id that somebody else gets later shall not look like ours. */
  void forgetRun() {
    try (Stream<Path> files = Files.exists(run()) ? Files.list(run()) : Stream.of()) {
      for (Path file : files.toList()) {
        Files.deleteIfExists(file);
      }
      Files.deleteIfExists(portOffset());
    } catch (IOException e) {
      throw new RemedyException(
          "cannot delete the files in " + run() + ": " + e.getMessage(), "delete them by hand", e);
    }
  }

  /** Deletes Kafka's, PostgreSQL's and the store's files and the attempts' folders. */
  void deleteData() {
    for (Path folder : List.of(data(), store(), work())) {
      try {
        FileTrees.delete(folder);
      } catch (IOException e) {
        throw new RemedyException(
            "cannot delete " + folder + ": " + e.getMessage(), "delete it by hand", e);
      }
    }
  }
}
