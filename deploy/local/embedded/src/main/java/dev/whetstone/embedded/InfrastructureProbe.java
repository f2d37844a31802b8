package dev.whetstone.embedded;

import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;

/**
 * Asks whether Kafka has all topics and PostgreSQL answers: the health check of the container of
 * {@link InfrastructureMain}. Ends with 0 if so, else with 1.
 */
public final class InfrastructureProbe {
  private static final Duration LIMIT = Duration.ofSeconds(10);

  private InfrastructureProbe() {}

  /**
   * @param arguments host, port of Kafka, port of PostgreSQL
   */
  public static void main(String[] arguments) {
    System.exit(isReady(arguments[0], arguments[1], arguments[2]) ? 0 : 1);
  }

  static boolean isReady(String host, String kafkaPort, String postgresPort) {
    String url =
        "jdbc:postgresql://%s:%s/postgres?connectTimeout=5&socketTimeout=5"
            .formatted(host, postgresPort);
    Map<String, Object> settings =
        Map.of(
            "bootstrap.servers",
            host + ":" + kafkaPort,
            "request.timeout.ms",
            5_000,
            "default.api.timeout.ms",
            10_000);
    try (var connection =
            DriverManager.getConnection(url, EmbeddedPostgres.USER, EmbeddedPostgres.PASSWORD);
        var admin = Admin.create(settings)) {
      Set<String> topics = admin.listTopics().names().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
      return connection.isValid((int) LIMIT.toSeconds())
          && topics.containsAll(
              KafkaTopics.all().stream().map(NewTopic::name).collect(Collectors.toSet()));
    } catch (SQLException | ExecutionException | TimeoutException e) {
      System.err.println("not ready: " + e.getMessage());
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
