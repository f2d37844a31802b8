package dev.whetstone.cli.recovery;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.whetstone.contracts.TopicNames;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;

/**
 * The numbers that eval gave out before its database was restored, as the compacted topics hold
 * them: other services know these, and ignore lower ones.
 */
public final class PublishedNumbers {
  private static final ObjectMapper JSON = new ObjectMapper();

  private PublishedNumbers() {}

  /** The highest revision and generation of a loop; -1 where none was published. */
  public record Numbers(long revision, long generation) {
    static final Numbers NONE = new Numbers(-1, -1);

    Numbers max(Numbers other) {
      return new Numbers(
          Math.max(revision, other.revision), Math.max(generation, other.generation));
    }
  }

  /** By {@code tenant/loop}. */
  public static Map<String, Numbers> read(String bootstrapServers) {
    Map<String, Numbers> numbers = new TreeMap<>();
    try (var reader = new TopicReader(bootstrapServers)) {
      for (String topic : TopicNames.COMPACTED) {
        for (TopicPartition partition : reader.partitions(topic)) {
          reader.all(
              partition,
              received -> numbers.merge(loop(received), numbers(received), Numbers::max));
        }
      }
    }
    numbers.remove("/");
    return numbers;
  }

  private static Numbers numbers(ConsumerRecord<String, byte[]> received) {
    if (received.value() == null) {
      return Numbers.NONE;
    }
    try {
      JsonNode body = JSON.readTree(received.value());
      return new Numbers(body.path("revision").asLong(-1), body.path("generation").asLong(-1));
    } catch (IOException e) {
      // Not one of eval's records; services make a dead letter of it.
      return Numbers.NONE;
    }
  }

  private static String loop(ConsumerRecord<String, byte[]> received) {
    return header(received, "ce_tenant") + "/" + header(received, "ce_loop");
  }

  private static String header(ConsumerRecord<String, byte[]> received, String name) {
    Header header = received.headers().lastHeader(name);
    return header == null || header.value() == null
        ? ""
        : new String(header.value(), StandardCharsets.UTF_8);
  }
}
