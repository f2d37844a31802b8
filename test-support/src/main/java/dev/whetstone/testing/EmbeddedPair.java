package dev.whetstone.testing;

import dev.whetstone.embedded.EmbeddedPostgres;
import dev.whetstone.embedded.InfrastructureMain;
import dev.whetstone.embedded.LoopbackPorts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Kafka and PostgreSQL in a child process of the tests. It is a separate process because a broker
 * inside a Quarkus test would lose its class loader when the application restarts. It exits with
 * the test JVM, even after a kill, because its standard input closes.
 */
final class EmbeddedPair {
  private static final Duration START = Duration.ofSeconds(120);

  private EmbeddedPair() {}

  static TestInfrastructure.Started start(Path directory) {
    int kafkaPort = LoopbackPorts.free();
    int postgresPort = LoopbackPorts.free();
    Path log = directory.resolve("infrastructure.log");
    try {
      Process process =
          new ProcessBuilder(command(directory, kafkaPort, postgresPort))
              .redirectError(Redirect.appendTo(log.toFile()))
              .start();
      Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(process, directory)));
      ChildProcesses.awaitLine(process, InfrastructureMain.READY, log, START);
    } catch (IOException e) {
      throw new UncheckedIOException("Kafka and PostgreSQL for tests did not start", e);
    }
    return new TestInfrastructure.Started(
        "127.0.0.1:" + kafkaPort,
        "jdbc:postgresql://127.0.0.1:%d/%s".formatted(postgresPort, TestInfrastructure.DATABASE),
        EmbeddedPostgres.USER,
        EmbeddedPostgres.PASSWORD);
  }

  private static List<String> command(Path directory, int kafkaPort, int postgresPort) {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-Xmx320m",
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        "-cp",
        System.getProperty("java.class.path"),
        InfrastructureMain.class.getName(),
        "--directory=" + directory,
        "--kafka-port=" + kafkaPort,
        "--controller-port=" + LoopbackPorts.free(),
        "--postgres-port=" + postgresPort,
        "--databases=" + TestInfrastructure.DATABASE,
        "--end-with-input");
  }

  private static void stop(Process process, Path directory) {
    try {
      process.getOutputStream().close();
      int ignored = process.waitFor();
      Files.walkFileTree(directory, new Deletion());
    } catch (IOException e) {
      System.err.println("cannot delete the test infrastructure in " + directory + ": " + e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Deletes a directory and its contents. */
  private static final class Deletion extends SimpleFileVisitor<Path> {
    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      Files.delete(file);
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure)
        throws IOException {
      Files.delete(directory);
      return FileVisitResult.CONTINUE;
    }
  }
}
