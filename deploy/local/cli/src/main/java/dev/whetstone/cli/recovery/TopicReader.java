package dev.whetstone.cli.recovery;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/** Reads a part of a topic, one record at a time, without a consumer group. */
final class TopicReader implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(500);
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private final KafkaConsumer<String, byte[]> consumer;

  TopicReader(String bootstrapServers) {
    Map<String, Object> settings = new HashMap<>();
    settings.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
    settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 50);
    settings.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, 4 * 1024 * 1024);
    settings.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 20_000);
    consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new ByteArrayDeserializer());
  }

  /** The partitions of a topic; empty when it does not exist. */
  List<TopicPartition> partitions(String topic) {
    return consumer.listTopics().getOrDefault(topic, List.of()).stream()
        .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
        .toList();
  }

  /**
   * Passes on the newest records of a partition that it has now, oldest of them first.
   *
   * @param most number of records
   */
  void newest(TopicPartition partition, long most, Consumer<ConsumerRecord<String, byte[]>> each) {
    List<TopicPartition> one = List.of(partition);
    long begin = consumer.beginningOffsets(one).get(partition);
    long end = consumer.endOffsets(one).get(partition);
    read(partition, Math.max(begin, end - most), end, each);
  }

  /** Passes on all records of a partition that it has now. */
  void all(TopicPartition partition, Consumer<ConsumerRecord<String, byte[]>> each) {
    newest(partition, Long.MAX_VALUE, each);
  }

  /** Passes on the record at an offset, if it is still there. */
  void at(TopicPartition partition, long offset, Consumer<ConsumerRecord<String, byte[]>> each) {
    List<TopicPartition> one = List.of(partition);
    long begin = consumer.beginningOffsets(one).get(partition);
    long end = consumer.endOffsets(one).get(partition);
    if (offset >= begin && offset < end) {
      read(
          partition,
          offset,
          offset + 1,
          received -> {
            if (received.offset() == offset) {
              each.accept(received);
            }
          });
    }
  }

  private void read(
      TopicPartition partition, long from, long to, Consumer<ConsumerRecord<String, byte[]>> each) {
    consumer.assign(List.of(partition));
    consumer.seek(partition, from);
    long deadline = System.nanoTime() + LIMIT.toNanos();
    // The position also passes records that compaction removed.
    while (consumer.position(partition) < to && System.nanoTime() < deadline) {
      for (ConsumerRecord<String, byte[]> received : consumer.poll(POLL)) {
        if (received.offset() < to) {
          each.accept(received);
        }
      }
    }
  }

  @Override
  public void close() {
    consumer.close();
  }
}
