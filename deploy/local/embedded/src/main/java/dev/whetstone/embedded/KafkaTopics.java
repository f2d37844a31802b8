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

/** Creates the topics of {@link TopicNames}, their dead-letter topics included. */
public final class KafkaTopics {
  /** Enough for several consumers of one group; a loop's events are spread by response. */
  public static final int PARTITIONS = 4;

  private static final short REPLICATION = 1;
  private static final Duration DEADLINE = Duration.ofSeconds(30);

  /** Feedback and dead letters may hold personal data: gone before an erasure's deadline. */
  private static final Duration PERSONAL_DATA = Duration.ofDays(14);

  /** Batches, checkpoints and decisions hold none and explain the past. */
  private static final Duration HISTORY = Duration.ofDays(365);

  private KafkaTopics() {}

  /** Creates what is missing and leaves what is there. */
  public static void create(String bootstrapServers) {
    try (var admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
      Set<String> there = admin.listTopics().names().get(DEADLINE.toSeconds(), TimeUnit.SECONDS);
      var missing = all().stream().filter(topic -> !there.contains(topic.name())).toList();
      admin.createTopics(missing).all().get(DEADLINE.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (!(e.getCause() instanceof TopicExistsException)) {
        throw failed(bootstrapServers, e);
      }
      // Somebody else creates them at this moment.
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
        "topics could not be created at Kafka %s: %s. Is the broker up?"
            .formatted(bootstrapServers, cause.getMessage()),
        cause);
  }
}
