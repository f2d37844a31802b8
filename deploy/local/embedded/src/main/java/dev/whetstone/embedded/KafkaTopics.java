package dev.whetstone.embedded;

import dev.whetstone.contracts.TopicNames;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.errors.TopicExistsException;

/** Creates the topics of {@link TopicNames}, including their dead-letter topics. */
public final class KafkaTopics {
  /** Enough for several consumers of one group; a loop's events are spread by response. */
  public static final int PARTITIONS = 4;

  private static final short REPLICATION = 1;
  private static final Duration DEADLINE = Duration.ofSeconds(30);

  /**
   * Feedback and dead letters may contain personal data: deleted before the deadline of an erasure.
   */
  private static final Duration PERSONAL_DATA = Duration.ofDays(14);

  /** Batches, checkpoints and decisions contain no personal data and document the history. */
  private static final Duration HISTORY = Duration.ofDays(365);

  private KafkaTopics() {}

  /** Creates missing topics and leaves existing ones unchanged. */
  public static void create(String bootstrapServers) {
    try (var admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
      Set<String> existing = admin.listTopics().names().get(DEADLINE.toSeconds(), TimeUnit.SECONDS);
      var missing = all().stream().filter(topic -> !existing.contains(topic.name())).toList();
      admin.createTopics(missing).all().get(DEADLINE.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (!(e.getCause() instanceof TopicExistsException)) {
        throw failed(bootstrapServers, e);
      }
      // Another process created them concurrently.
    } catch (TimeoutException e) {
      throw failed(bootstrapServers, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failed(bootstrapServers, e);
    }
  }

  /** Every topic with its clean-up policy. */
  static List<NewTopic> all() {
    var topics = new ArrayList<NewTopic>();
    for (String name : TopicNames.DELETED) {
      boolean personal = name.equals(TopicNames.INTAKE) || name.equals(TopicNames.FEEDBACK);
      topics.add(deleted(name, personal ? PERSONAL_DATA : HISTORY));
    }
    for (String name : TopicNames.COMPACTED) {
      topics.add(topic(name, Map.of("cleanup.policy", "compact")));
    }
    List.copyOf(topics)
        .forEach(topic -> topics.add(deleted(TopicNames.deadLetters(topic.name()), PERSONAL_DATA)));
    return topics;
  }

  private static NewTopic deleted(String name, Duration retention) {
    return topic(
        name,
        Map.of("cleanup.policy", "delete", "retention.ms", Long.toString(retention.toMillis())));
  }

  private static NewTopic topic(String name, Map<String, String> settings) {
    return new NewTopic(name, PARTITIONS, REPLICATION).configs(settings);
  }

  private static InfrastructureException failed(String bootstrapServers, Exception cause) {
    return new InfrastructureException(
        "cannot create topics at Kafka %s: %s. Check that the broker runs."
            .formatted(bootstrapServers, cause.getMessage()),
        cause);
  }
}
