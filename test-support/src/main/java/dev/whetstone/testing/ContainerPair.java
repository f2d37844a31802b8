package dev.whetstone.testing;

import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.kafka.KafkaContainer;
import org.testcontainers.postgresql.PostgreSQLContainer;
import org.testcontainers.utility.DockerImageName;

/**
 * Kafka and PostgreSQL in containers. Override the images with {@code
 * -Dwhetstone.test.image.kafka=} and {@code -Dwhetstone.test.image.postgres=}.
 */
final class ContainerPair {
  private static final String KAFKA =
      System.getProperty("whetstone.test.image.kafka", "apache/kafka:4.3.1");
  private static final String POSTGRES =
      System.getProperty("whetstone.test.image.postgres", "postgres:18");

  private ContainerPair() {}

  /**
   * Whether a container engine is available and has both images: tests never wait for a download.
   */
  static boolean available() {
    try {
      return DockerClientFactory.instance().isDockerAvailable() && images().containsAll(wanted());
    } catch (RuntimeException e) {
      return false;
    }
  }

  // The reaper of Testcontainers or of the engine removes them when the JVM exits.
  @SuppressWarnings("resource")
  static TestInfrastructure.Started start(String database) {
    var kafka =
        new KafkaContainer(DockerImageName.parse(KAFKA).asCompatibleSubstituteFor("apache/kafka"));
    kafka.start();
    var postgres =
        new PostgreSQLContainer(
                DockerImageName.parse(POSTGRES).asCompatibleSubstituteFor("postgres"))
            .withDatabaseName(database);
    postgres.start();
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  kafka.stop();
                  postgres.stop();
                }));
    return new TestInfrastructure.Started(
        kafka.getBootstrapServers(),
        postgres.getJdbcUrl(),
        postgres.getUsername(),
        postgres.getPassword());
  }

  private static Set<String> wanted() {
    return Set.of(shortName(KAFKA), shortName(POSTGRES));
  }

  private static Set<String> images() {
    return DockerClientFactory.lazyClient().listImagesCmd().exec().stream()
        .flatMap(
            image ->
                image.getRepoTags() == null ? Stream.empty() : Arrays.stream(image.getRepoTags()))
        .map(ContainerPair::shortName)
        .collect(Collectors.toSet());
  }

  /** Some engines list the image {@code postgres:18} as {@code docker.io/library/postgres:18}. */
  private static String shortName(String image) {
    return image.replaceFirst("^docker\\.io/", "").replaceFirst("^library/", "");
  }
}
