package dev.whetstone.testing;

import dev.whetstone.embedded.KafkaTopics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;

/**
 * Kafka, PostgreSQL and a store directory shared by all tests of this JVM.
 *
 * @param bootstrapServers of Kafka; the topics are there
 * @param jdbcUrl of one empty database
 * @param storeDirectory empty at the JVM's start
 */
public record TestInfrastructure(
    String bootstrapServers, String jdbcUrl, String user, String password, Path storeDirectory) {
  static final String DATABASE = "service";
  private static final String PROPERTY = "whetstone.test.connection.";

  /**
   * Starts it, or finds it already started. Quarkus may load this class several times in one JVM,
   * so what is shared is kept in system properties and not in static fields.
   */
  public static TestInfrastructure shared() {
    Properties system = System.getProperties();
    synchronized (system) {
      if (system.getProperty(PROPERTY + "kafka") == null) {
        startWithOwnClasses(system);
      }
      return new TestInfrastructure(
          system.getProperty(PROPERTY + "kafka"),
          system.getProperty(PROPERTY + "jdbc"),
          system.getProperty(PROPERTY + "user"),
          system.getProperty(PROPERTY + "password"),
          Path.of(system.getProperty(PROPERTY + "store")));
    }
  }

  /**
   * Kafka loads its plug-ins by the thread's class loader. Quarkus starts test resources on threads
   * whose loader may be another than this class's, and a reporter of one is no reporter to the
   * other.
   */
  private static void startWithOwnClasses(Properties system) {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(TestInfrastructure.class.getClassLoader());
    try {
      start(system);
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  private static void start(Properties system) {
    Path directory = temporaryDirectory();
    var started = wantsContainers() ? ContainerPair.start(DATABASE) : EmbeddedPair.start(directory);
    KafkaTopics.create(started.bootstrapServers());
    system.setProperty(PROPERTY + "jdbc", started.jdbcUrl());
    system.setProperty(PROPERTY + "user", started.user());
    system.setProperty(PROPERTY + "password", started.password());
    system.setProperty(PROPERTY + "store", directory.resolve("store").toString());
    system.setProperty(PROPERTY + "kafka", started.bootstrapServers());
  }

  private static boolean wantsContainers() {
    String wish = System.getProperty("whetstone.test.infrastructure", "auto");
    return switch (wish) {
      case "containers" -> true;
      case "embedded" -> false;
      case "auto" -> ContainerPair.available();
      default ->
          throw new IllegalArgumentException(
              "whetstone.test.infrastructure is '%s'; containers, embedded or auto are allowed"
                  .formatted(wish));
    };
  }

  private static Path temporaryDirectory() {
    try {
      Path directory = Files.createTempDirectory("whetstone-test-");
      Files.createDirectory(directory.resolve("store"));
      return directory;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make a temporary directory for tests", e);
    }
  }

  /** What either way of starting yields. */
  record Started(String bootstrapServers, String jdbcUrl, String user, String password) {}
}
