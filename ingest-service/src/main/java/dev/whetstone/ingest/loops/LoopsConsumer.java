package dev.whetstone.ingest.loops;

import com.fasterxml.jackson.databind.JsonNode;
import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.TopicNames;
import dev.whetstone.kit.json.Json;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.common.annotation.Identifier;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Reads the compacted topic of loops from its beginning at every start and follows it. It uses no
 * consumer group, because each replica needs the whole topic.
 */
@ApplicationScoped
public class LoopsConsumer {
  private static final Logger LOG = Logger.getLogger(LoopsConsumer.class);
  private static final Duration POLL = Duration.ofMillis(500);
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final KnownLoops loops;
  private final Map<String, Object> broker;
  private volatile boolean stopped;
  private volatile @Nullable KafkaConsumer<String, byte[]> consumer;

  public LoopsConsumer(
      KnownLoops loops, @Identifier("default-kafka-broker") Map<String, Object> broker) {
    this.loops = loops;
    this.broker = broker;
  }

  void start(@Observes StartupEvent event) {
    Thread.ofVirtual().name("loops-consumer").start(this::run);
  }

  void stop(@Observes ShutdownEvent event) {
    stopped = true;
    KafkaConsumer<String, byte[]> running = consumer;
    if (running != null) {
      running.wakeup();
    }
  }

  private void run() {
    while (!stopped) {
      try (KafkaConsumer<String, byte[]> opened = open()) {
        consumer = opened;
        follow(opened);
      } catch (WakeupException e) {
        LOG.debug("loops-consumer-woken");
      } catch (KafkaException | IllegalStateException e) {
        LOG.warnf("loops-unreadable retry-in=%s reason=%s", PAUSE, e.getMessage());
        LockSupport.parkNanos(PAUSE.toNanos());
      }
    }
  }

  private KafkaConsumer<String, byte[]> open() {
    Map<String, Object> settings = new HashMap<>(broker);
    settings.remove(ConsumerConfig.GROUP_ID_CONFIG);
    settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    settings.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 10_000);
    return new KafkaConsumer<>(settings, new StringDeserializer(), new ByteArrayDeserializer());
  }

  private void follow(KafkaConsumer<String, byte[]> source) {
    List<TopicPartition> partitions =
        source.partitionsFor(TopicNames.LOOPS).stream()
            .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
            .toList();
    if (partitions.isEmpty()) {
      throw new IllegalStateException("topic " + TopicNames.LOOPS + " does not exist yet");
    }
    source.assign(partitions);
    source.seekToBeginning(partitions);
    Map<TopicPartition, Long> ends = source.endOffsets(partitions);
    while (!stopped) {
      source.poll(POLL).forEach(this::apply);
      if (!loops.caughtUp()
          && partitions.stream().allMatch(at -> source.position(at) >= ends.get(at))) {
        loops.markCaughtUp();
        LOG.info("loops-caught-up");
      }
    }
  }

  private static boolean isDeleted(byte[] declaration) {
    return Json.read(declaration, JsonNode.class).path("state").asText().equals("deleted");
  }

  private void apply(ConsumerRecord<String, byte[]> declared) {
    try {
      LoopId loop = LoopId.parse(String.valueOf(declared.key()));
      if (declared.value() == null || isDeleted(declared.value())) {
        loops.remove(loop);
      } else {
        loops.add(loop);
      }
    } catch (IllegalArgumentException | UncheckedIOException e) {
      LOG.warnf(
          "loop-record-unreadable partition=%d offset=%d reason=%s",
          declared.partition(), declared.offset(), e.getMessage());
    }
  }
}
