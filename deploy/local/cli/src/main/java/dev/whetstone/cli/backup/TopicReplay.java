package dev.whetstone.cli.backup;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Sends the messages of a backup to the partitions that they came from, in their order and with
 * their times.
 */
final class TopicReplay {
  private final String bootstrapServers;

  TopicReplay(String bootstrapServers) {
    this.bootstrapServers = bootstrapServers;
  }

  /** Returns the number of messages after the broker acknowledged all of them. */
  long send(BackupFolder backup) throws IOException {
    long[] sent = new long[1];
    AtomicReference<Exception> failure = new AtomicReference<>();
    try (var producer =
        new KafkaProducer<>(settings(), new ByteArraySerializer(), new ByteArraySerializer())) {
      backup.each(
          TopicBackup.FOLDER, file -> sent[0] += send(producer, backup.file(file.name()), failure));
      producer.flush();
    }
    Exception failed = failure.get();
    if (failed != null) {
      throw new IOException("Kafka did not take a message: " + failed.getMessage(), failed);
    }
    return sent[0];
  }

  private static long send(
      KafkaProducer<byte[], byte[]> producer, Path file, AtomicReference<Exception> failure)
      throws IOException {
    String topic = file.getParent().getFileName().toString();
    String name = file.getFileName().toString();
    int partition =
        Integer.parseInt(name.substring(0, name.length() - TopicBackup.SUFFIX.length()));
    long sent = 0;
    try (var in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
      for (Optional<SavedMessage> message = SavedMessage.read(in);
          message.isPresent() && failure.get() == null;
          message = SavedMessage.read(in)) {
        Future<RecordMetadata> ignored =
            producer.send(
                message.get().to(topic, partition),
                (metadata, exception) -> {
                  if (exception != null) {
                    failure.compareAndSet(null, exception);
                  }
                });
        sent++;
      }
    }
    return sent;
  }

  private Map<String, Object> settings() {
    Map<String, Object> settings = new HashMap<>();
    settings.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
    settings.put(ProducerConfig.ACKS_CONFIG, "all");
    settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 60_000);
    settings.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 20_000);
    return settings;
  }
}
