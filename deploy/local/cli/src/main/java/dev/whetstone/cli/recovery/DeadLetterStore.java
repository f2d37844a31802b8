package dev.whetstone.cli.recovery;

import dev.whetstone.client.RemedyException;
import dev.whetstone.contracts.TopicNames;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** The dead-letter topics of a stack. */
public final class DeadLetterStore {
  /** Header of a record that was sent again; names the dead letter. */
  public static final String REPLAYED = "whetstone-replay-of";

  private static final int SEND_SECONDS = 30;
  private final String bootstrapServers;

  public DeadLetterStore(String bootstrapServers) {
    this.bootstrapServers = bootstrapServers;
  }

  /**
   * The newest letters that match, newest first, without their bodies.
   *
   * @param limit of letters that are read of each partition and returned in all
   */
  public List<DeadLetterRecord> list(DeadLetterFilter filter, int limit) {
    List<DeadLetterRecord> letters = new ArrayList<>();
    try (var reader = new TopicReader(bootstrapServers)) {
      for (String topic : topics().filter(filter::ofTopic).toList()) {
        for (TopicPartition partition : reader.partitions(TopicNames.deadLetters(topic))) {
          reader.newest(
              partition,
              limit,
              received -> {
                DeadLetterRecord letter = DeadLetterRecord.of(received, false);
                if (filter.matches(letter)) {
                  letters.add(letter);
                }
              });
        }
      }
    }
    letters.sort(Comparator.comparing(DeadLetterRecord::at).reversed());
    return letters.subList(0, Math.min(limit, letters.size()));
  }

  private static Stream<String> topics() {
    return Stream.concat(TopicNames.DELETED.stream(), TopicNames.COMPACTED.stream());
  }

  /**
   * One letter with its body.
   *
   * @param id as {@link DeadLetterRecord#id}
   */
  public DeadLetterRecord get(String id) {
    String[] parts = id.split(":");
    if (parts.length != 3
        || !TopicNames.isDeadLetters(parts[0])
        || !parts[1].matches("\\d{1,6}")
        || !parts[2].matches("\\d{1,18}")) {
      throw new RemedyException(
          "'" + id + "' names no dead letter",
          "use topic:partition:offset as ./whetstone dlq list prints it");
    }
    List<DeadLetterRecord> found = new ArrayList<>();
    try (var reader = new TopicReader(bootstrapServers)) {
      var partition = new TopicPartition(parts[0], Integer.parseInt(parts[1]));
      if (reader.partitions(parts[0]).contains(partition)) {
        reader.at(
            partition,
            Long.parseLong(parts[2]),
            received -> found.add(DeadLetterRecord.of(received, true)));
      }
    }
    if (found.isEmpty()) {
      throw new RemedyException(
          "there is no dead letter " + id + "; its topic keeps records for a limited time",
          "see the letters that exist: ./whetstone dlq list");
    }
    return found.getFirst();
  }

  /**
   * Sends the record of a letter to the topic that it came from, as it was. Its event never took
   * effect, so no inbox has its key: it is processed like a new one.
   */
  public void replay(DeadLetterRecord letter) {
    String topic = letter.header("original-topic");
    if (letter.cut()) {
      throw new RemedyException(
          "dead letter %s was shortened, because it was too large".formatted(letter.id()),
          "send the event again from its source; the whole record was at %s:%s:%s"
              .formatted(
                  topic, letter.header("original-partition"), letter.header("original-offset")));
    }
    if (topics().noneMatch(topic::equals)) {
      throw new RemedyException(
          "dead letter %s does not name the topic it came from".formatted(letter.id()),
          "send the event again from its source");
    }
    var again = new ProducerRecord<>(topic, letter.key(), Objects.requireNonNull(letter.body()));
    letter.headers().forEach((name, value) -> addUnlessOfLetter(again, name, value));
    again.headers().add(REPLAYED, letter.id().getBytes(StandardCharsets.UTF_8));
    send(again);
  }

  private static void addUnlessOfLetter(
      ProducerRecord<String, byte[]> again, String name, String value) {
    boolean ofLetter =
        name.startsWith("error-") || name.startsWith("original-") || name.equals(REPLAYED);
    if (!ofLetter) {
      again.headers().add(name, value.getBytes(StandardCharsets.UTF_8));
    }
  }

  private void send(ProducerRecord<String, byte[]> message) {
    Map<String, Object> settings = new HashMap<>();
    settings.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
    settings.put(ProducerConfig.ACKS_CONFIG, "all");
    settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, TimeUnit.SECONDS.toMillis(SEND_SECONDS));
    try (var producer =
        new KafkaProducer<>(settings, new StringSerializer(), new ByteArraySerializer())) {
      var ignored = producer.send(message).get(SEND_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw notSent(message.topic(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw notSent(message.topic(), e);
    }
  }

  private static RemedyException notSent(String topic, Exception reason) {
    return new RemedyException(
        "Kafka did not accept the record for " + topic + ": " + reason.getMessage(),
        "see ./whetstone status and ./whetstone logs infra");
  }
}
