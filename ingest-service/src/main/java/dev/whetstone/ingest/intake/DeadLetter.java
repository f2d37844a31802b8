package dev.whetstone.ingest.intake;

import dev.whetstone.contracts.Topics;
import dev.whetstone.ingest.item.Fault;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * A record that was refused, as it came, with the reason and its origin in headers. One so large
 * that the headers would no longer fit is cut: it must not stand in its neighbours' way, and its
 * origin tells where all of it lies.
 */
final class DeadLetter {
  private static final int MOST_BYTES = 1_000_000;
  private static final int CUT_VALUE_BYTES = 500_000;
  private static final int CUT_HEADER_BYTES = 1_000;
  private static final int CUT_HEADERS = 50;

  private DeadLetter() {}

  static ProducerRecord<String, byte[]> of(ConsumerRecord<String, byte[]> received, Fault fault) {
    boolean cut = size(received) > MOST_BYTES;
    ProducerRecord<String, byte[]> letter =
        new ProducerRecord<>(
            Topics.deadLetters(received.topic()),
            cut ? null : received.key(),
            cut ? cut(received.value()) : received.value());
    Arrays.stream(received.headers().toArray())
        .filter(header -> !cut || size(header) <= CUT_HEADER_BYTES)
        .limit(cut ? CUT_HEADERS : Long.MAX_VALUE)
        .forEach(letter.headers()::add);
    if (cut) {
      add(letter, "error-cut", "true");
    }
    add(letter, "error-code", fault.code().code());
    add(letter, "error-detail", fault.detail() + "; " + fault.remedy());
    if (fault.pointer() != null) {
      add(letter, "error-pointer", fault.pointer());
    }
    add(letter, "original-topic", received.topic());
    add(letter, "original-partition", Integer.toString(received.partition()));
    add(letter, "original-offset", Long.toString(received.offset()));
    return letter;
  }

  private static void add(ProducerRecord<String, byte[]> letter, String name, String value) {
    letter.headers().remove(name);
    letter.headers().add(name, value.getBytes(StandardCharsets.UTF_8));
  }

  private static long size(ConsumerRecord<String, byte[]> received) {
    long headers = Arrays.stream(received.headers().toArray()).mapToInt(DeadLetter::size).sum();
    return Math.max(0, received.serializedKeySize())
        + (long) Math.max(0, received.serializedValueSize())
        + headers;
  }

  private static int size(Header header) {
    return header.key().length() + (header.value() == null ? 0 : header.value().length);
  }

  private static byte @Nullable [] cut(byte @Nullable [] value) {
    return value == null ? null : Arrays.copyOf(value, Math.min(value.length, CUT_VALUE_BYTES));
  }
}
