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
 * @param bootstrapServers of Kafka; all topics exist
 * @param jdbcUrl of one empty database
 * @param storeDirectory empty when the JVM starts
 */
public record TestInfrastructure(
    String bootstrapServers, String jdbcUrl, String user, String password, Path storeDirectory) {
  static final String DATABASE = "service";
  private static final String PROPERTY = "whetstone.test.connection.";

  /**
   * Starts the infrastructure unless it is running. Quarkus may load this class several times in
   * one JVM, so shared state is kept in system properties instead of static fields.
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
   * Kafka loads its plug-ins through the context class loader of the thread. Quarkus starts test
   * resources on threads whose class loader may differ from that of this class; a plug-in class
   * from one loader is not assignable to the interface from the other.
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
    String mode = System.getProperty("whetstone.test.infrastructure", "auto");
    return switch (mode) {
      case "containers" -> true;
      case "embedded" -> false;
      case "auto" -> ContainerPair.available();
      default ->
          throw new IllegalArgumentException(
              "whetstone.test.infrastructure is '%s'; use containers, embedded or auto"
                  .formatted(mode));
    };
  }

  private static Path temporaryDirectory() {
    try {
      Path directory = Files.createTempDirectory("whetstone-test-");
      Files.createDirectory(directory.resolve("store"));
      return directory;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot create a temporary directory for tests", e);
    }
  }

  /** The connection settings of the started servers. */
  record Started(String bootstrapServers, String jdbcUrl, String user, String password) {}
}
