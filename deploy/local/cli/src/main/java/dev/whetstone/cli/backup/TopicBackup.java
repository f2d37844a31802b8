package dev.whetstone.cli.backup;

import dev.whetstone.cli.recovery.ConsumerGroup;
import dev.whetstone.client.api.StackComponent;
import dev.whetstone.contracts.TopicNames;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * The messages that a restore needs. Of the two topics that product apps write to these are the
 * ones that their reader has not committed: what it has committed is in its database. Of the topics
 * between the services these are all, since they are few and several services read them. The
 * compacted topics are left out: eval publishes them again from its database.
 */
final class TopicBackup implements AutoCloseable {
  /** Below which the messages lie in the backup. */
  static final String FOLDER = "kafka/";

  static final String SUFFIX = ".messages";

  private static final Map<String, StackComponent> READERS =
      Map.of(
          TopicNames.INTAKE, StackComponent.INGEST, TopicNames.FEEDBACK, StackComponent.CURATION);

  private static final Duration POLL = Duration.ofSeconds(1);
  private static final Duration WITHOUT_PROGRESS = Duration.ofSeconds(60);

  private final String bootstrapServers;
  private final KafkaConsumer<byte[], byte[]> consumer;

  TopicBackup(String bootstrapServers) {
    this.bootstrapServers = bootstrapServers;
    Map<String, Object> settings = new HashMap<>();
    settings.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
    settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 50);
    settings.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, 4 * 1024 * 1024);
    settings.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 20_000);
    consumer =
        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  /** The topics whose messages a backup holds. */
  static List<String> topics() {
    return Stream.concat(
            TopicNames.DELETED.stream(),
            Stream.concat(TopicNames.DELETED.stream(), TopicNames.COMPACTED.stream())
                .map(TopicNames::deadLetters))
        .toList();
  }

  /** Where each partition's messages begin. Asked before the databases' point. */
  Map<TopicPartition, Long> begins() {
    Map<TopicPartition, Long> begins = new HashMap<>(consumer.beginningOffsets(partitions()));
    READERS.forEach(
        (topic, reader) -> {
          try (var group = new ConsumerGroup(bootstrapServers, reader.id())) {
            group
                .committed()
                .forEach((partition, offset) -> raise(begins, topic, partition, offset));
          }
        });
    return begins;
  }

  private static void raise(
      Map<TopicPartition, Long> begins, String topic, TopicPartition partition, long offset) {
    if (partition.topic().equals(topic)) {
      begins.merge(partition, offset, Math::max);
    }
  }

  /** Where each partition ends now. Asked while the outboxes pause. */
  Map<TopicPartition, Long> ends() {
    return consumer.endOffsets(partitions());
  }

  private List<TopicPartition> partitions() {
    var existing = consumer.listTopics();
    return topics().stream()
        .flatMap(topic -> existing.getOrDefault(topic, List.of()).stream())
        .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
        .toList();
  }

  /**
   * Copies the messages between these offsets, a file for each partition that has some.
   *
   * @return how many
   */
  long copy(Map<TopicPartition, Long> begins, Map<TopicPartition, Long> ends, BackupWriter backup)
      throws IOException {
    long copied = 0;
    for (var end : ends.entrySet()) {
      TopicPartition partition = end.getKey();
      // A partition that was added since has nothing yet.
      long begin = begins.getOrDefault(partition, 0L);
      if (begin < end.getValue()) {
        long[] count = new long[1];
        backup.write(
            FOLDER + partition.topic() + "/" + partition.partition() + SUFFIX,
            out -> {
              var messages = new DataOutputStream(out);
              count[0] = copy(partition, begin, end.getValue(), messages);
              SavedMessage.writeEnd(messages);
              messages.flush();
            });
        copied += count[0];
      }
    }
    return copied;
  }

  private long copy(TopicPartition partition, long begin, long end, DataOutputStream out)
      throws IOException {
    consumer.assign(List.of(partition));
    consumer.seek(partition, begin);
    long copied = 0;
    long progress = System.nanoTime();
    // The position also passes what is no message, such as the end of a transaction.
    for (long position = begin; position < end; ) {
      for (ConsumerRecord<byte[], byte[]> received : consumer.poll(POLL)) {
        if (received.offset() < end) {
          SavedMessage.of(received).write(out);
          copied++;
        }
      }
      long now = consumer.position(partition);
      if (now > position) {
        position = now;
        progress = System.nanoTime();
      } else if (System.nanoTime() - progress > WITHOUT_PROGRESS.toNanos()) {
        throw new IOException(
            "Kafka returned nothing of %s from offset %d for %d seconds"
                .formatted(partition, position, WITHOUT_PROGRESS.toSeconds()));
      }
    }
    return copied;
  }

  @Override
  public void close() {
    consumer.close();
  }
}
