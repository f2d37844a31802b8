package dev.whetstone.testing;

import dev.whetstone.embedded.LoopbackPorts;
import dev.whetstone.testing.server.ProjectFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A server with the API of S3 in a child process, from the module {@code test-support/s3}. It has a
 * class path of its own, and exits with this JVM, even after a kill, because its standard input
 * closes.
 */
public final class S3Server implements AutoCloseable {
  public static final String ACCESS_KEY = "whetstone-test-access";
  public static final String SECRET_KEY = "whetstone-test-secret";

  /** A bucket that exists. */
  public static final String BUCKET = "whetstone";

  private static final String READY = "s3 ready ";
  private static final Duration START = Duration.ofSeconds(60);
  private static final long STOP_SECONDS = 10;

  private final Process process;
  private final URI endpoint;

  private S3Server(Process process, URI endpoint) {
    this.process = process;
    this.endpoint = endpoint;
  }

  /**
   * Starts a server on a free port.
   *
   * @param folder holds the objects and the server's log
   */
  public static S3Server start(Path folder) {
    Path module = module();
    Path log = folder.resolve("s3.log");
    String port = Integer.toString(LoopbackPorts.free());
    try {
      Files.createDirectories(folder);
      List<String> command = new ArrayList<>();
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      command.addAll(List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp"));
      command.add(
          module.resolve("target/classes")
              + ":"
              + Files.readString(module.resolve("target/classpath.txt")).strip());
      command.add("dev.whetstone.testing.s3.S3ServerMain");
      command.addAll(
          List.of(folder.resolve("objects").toString(), port, ACCESS_KEY, SECRET_KEY, BUCKET));
      Process process =
          new ProcessBuilder(command).redirectError(Redirect.to(log.toFile())).start();
      ChildProcesses.awaitLine(process, READY + port, log, START);
      return new S3Server(process, URI.create("http://127.0.0.1:" + port));
    } catch (IOException e) {
      throw new UncheckedIOException("the S3 server did not start in " + folder, e);
    }
  }

  /** The base URL of the API. */
  public URI endpoint() {
    return endpoint;
  }

  /**
   * The environment variables of services and workers that use this server.
   *
   * @param cache folder of their local copies
   */
  public Map<String, String> environment(Path cache) {
    return Map.of(
        "WHETSTONE_S3_ENDPOINT",
        endpoint.toString(),
        "WHETSTONE_S3_PATH_STYLE",
        "true",
        "WHETSTONE_S3_CACHE_FOLDER",
        cache.toString(),
        "WHETSTONE_S3_ACCESS_KEY_REF",
        "env:WHETSTONE_S3_ACCESS_KEY",
        "WHETSTONE_S3_SECRET_KEY_REF",
        "env:WHETSTONE_S3_SECRET_KEY",
        "WHETSTONE_S3_ACCESS_KEY",
        ACCESS_KEY,
        "WHETSTONE_S3_SECRET_KEY",
        SECRET_KEY);
  }

  @Override
  public void close() {
    try {
      process.getOutputStream().close();
      if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (IOException e) {
      process.destroyForcibly();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  private static Path module() {
    Path module = ProjectFolder.of("test-support/s3");
    if (!Files.exists(module.resolve("target/classpath.txt"))) {
      throw new IllegalStateException(
          "test-support/s3/target/classpath.txt does not exist; build the module with Maven first");
    }
    return module;
  }
}
