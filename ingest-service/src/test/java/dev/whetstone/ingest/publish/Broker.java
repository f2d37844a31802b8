package dev.whetstone.ingest.publish;

import dev.whetstone.embedded.LoopbackPorts;
import dev.whetstone.testing.ChildProcesses;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** Starts, freezes, thaws, kills and restarts a broker whose address and data stay. */
final class Broker implements AutoCloseable {
  private final Path directory;
  private final int port = LoopbackPorts.free();
  private final int controllerPort = LoopbackPorts.free();
  private Process process;

  Broker() {
    try {
      directory = Files.createTempDirectory("whetstone-broker-");
    } catch (IOException e) {
      throw new UncheckedIOException("no temporary directory for a broker", e);
    }
    start();
  }

  String bootstrapServers() {
    return "127.0.0.1:" + port;
  }

  /** Returns when the topics are there. */
  void start() {
    try {
      process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-Xmx256m",
                  "-XX:+UseSerialGC",
                  "-XX:TieredStopAtLevel=1",
                  "-cp",
                  System.getProperty("java.class.path"),
                  BrokerMain.class.getName(),
                  directory.toString(),
                  Integer.toString(port),
                  Integer.toString(controllerPort))
              .redirectError(directory.resolve("broker.log").toFile())
              .start();
      ChildProcesses.awaitLine(
          process, BrokerMain.READY, directory.resolve("broker.log"), Duration.ofSeconds(120));
    } catch (IOException e) {
      throw new UncheckedIOException("the broker does not start", e);
    }
  }

  /** It keeps its connections and answers nothing. */
  void freeze() {
    signal("-STOP");
  }

  void thaw() {
    signal("-CONT");
  }

  /** As {@code kill -9} does. */
  void kill() {
    try {
      int status = process.destroyForcibly().waitFor();
      if (status == 0) {
        throw new IllegalStateException("a killed broker does not end well");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while killing the broker", e);
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }

  private void signal(String name) {
    try {
      int status = new ProcessBuilder("kill", name, Long.toString(process.pid())).start().waitFor();
      if (status != 0) {
        throw new IllegalStateException("kill " + name + " answers " + status);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot signal the broker", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while signalling the broker", e);
    }
  }
}
