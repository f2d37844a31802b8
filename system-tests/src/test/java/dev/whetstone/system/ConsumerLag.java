package dev.whetstone.system;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;

/** The lag of the consumer groups of the services. */
final class ConsumerLag {
  private final String bootstrapServers;

  ConsumerLag(WhetstoneUnderTest whetstone) {
    this.bootstrapServers = "127.0.0.1:" + whetstone.ports().kafka();
  }

  /** Records not yet processed, per consumer group and topic that has a committed offset. */
  Map<String, Long> lagByGroup() {
    var lags = new TreeMap<String, Long>();
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
      for (var group : admin.listGroups().all().get()) {
        var committed =
            admin.listConsumerGroupOffsets(group.groupId()).partitionsToOffsetAndMetadata().get();
        var ends =
            admin
                .listOffsets(
                    committed.keySet().stream()
                        .collect(
                            Collectors.toMap(partition -> partition, p -> OffsetSpec.latest())))
                .all()
                .get();
        committed.forEach(
            (partition, offset) ->
                lags.merge(
                    group.groupId() + ":" + partition.topic(),
                    ends.get(partition).offset() - offset.offset(),
                    Long::sum));
      }
    } catch (ExecutionException e) {
      throw new AssertionError("cannot list the consumer groups", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
    return lags;
  }
}
