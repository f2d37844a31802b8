package dev.whetstone.cli.recovery;

import dev.whetstone.client.RemedyException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;

/** What a service has read of its topics. */
public final class ConsumerGroup implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private final Admin admin;
  private final String group;

  /**
   * @param group the name of the service
   */
  public ConsumerGroup(String bootstrapServers, String group) {
    this.admin = Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers));
    this.group = group;
  }

  /** The next offset of each partition that the group has committed. */
  public Map<TopicPartition, Long> committed() {
    Map<TopicPartition, Long> offsets = new HashMap<>();
    result(admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata())
        .forEach(
            (partition, offset) -> {
              if (offset != null) {
                offsets.put(partition, offset.offset());
              }
            });
    return offsets;
  }

  /** The ends of the partitions that the group reads. */
  public Map<TopicPartition, Long> ends() {
    return offsets(OffsetSpec.latest());
  }

  /**
   * Sets the group back to the first records from a time on; never forward.
   *
   * @return per topic how many records are read again
   */
  public Map<String, Long> rewind(Instant to) {
    Map<TopicPartition, Long> committed = committed();
    Map<TopicPartition, Long> target = offsets(OffsetSpec.forTimestamp(to.toEpochMilli()));
    Map<TopicPartition, OffsetAndMetadata> changed = new HashMap<>();
    Map<String, Long> again = new TreeMap<>();
    committed.forEach(
        (partition, offset) -> {
          // Negative when no record is as late as that: there is nothing to read again.
          long from = target.getOrDefault(partition, -1L);
          if (from >= 0 && from < offset) {
            changed.put(partition, new OffsetAndMetadata(from));
            again.merge(partition.topic(), offset - from, Long::sum);
          }
        });
    if (!changed.isEmpty()) {
      result(admin.alterConsumerGroupOffsets(group, changed).all());
    }
    return again;
  }

  /** How many records the group has not read up to these ends. */
  public long lag(Map<TopicPartition, Long> ends) {
    Map<TopicPartition, Long> committed = committed();
    return ends.entrySet().stream()
        .mapToLong(end -> Math.max(0, end.getValue() - committed.getOrDefault(end.getKey(), 0L)))
        .sum();
  }

  private Map<TopicPartition, Long> offsets(OffsetSpec spec) {
    Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
    committed().keySet().forEach(partition -> asked.put(partition, spec));
    Map<TopicPartition, Long> offsets = new HashMap<>();
    Map<TopicPartition, ListOffsetsResultInfo> found = result(admin.listOffsets(asked).all());
    found.forEach((partition, info) -> offsets.put(partition, info.offset()));
    return offsets;
  }

  private <T> T result(KafkaFuture<T> future) {
    try {
      return future.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw failed(e.getCause() == null ? e : e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failed(e);
    }
  }

  private RemedyException failed(Throwable reason) {
    return new RemedyException(
        "the offsets of consumer group '%s' cannot be read or set: %s"
            .formatted(group, reason.getMessage()),
        "stop the service first (./whetstone restore stop %s), wait ten seconds, and try again"
            .formatted(group));
  }

  @Override
  public void close() {
    admin.close(LIMIT);
  }
}
