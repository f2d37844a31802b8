package dev.whetstone.kit.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;

class DeadLetterTest {
  private static final int KAFKA_TAKES = 1_048_576;

  @Property(tries = 200)
  void shouldNeverBeLargerThanKafkaAccepts(
      @ForAll @IntRange(max = 1_100_000) int value,
      @ForAll @IntRange(max = 30_000) int headers,
      @ForAll @IntRange(max = 60) int headerBytes,
      @ForAll @IntRange(max = 1_100_000) int detail,
      @ForAll @IntRange(max = 1_100_000) int pointer) {
    ConsumerRecord<String, byte[]> received = received("k", value);
    for (int i = 0; i < headers; i++) {
      received.headers().add("", new byte[headerBytes]);
    }

    var letter = DeadLetter.of(received, "code", "ä".repeat(detail), "/" + "€".repeat(pointer));

    assertThat(size(letter)).isLessThan(KAFKA_TAKES);
    assertThat(text(letter, "original-offset")).isEqualTo("7");
    assertThat(text(letter, "error-code")).isEqualTo("code");
  }

  @Example
  void shouldKeepARecordThatFitsUnchanged() {
    ConsumerRecord<String, byte[]> received = received("k", 900_000);
    new Random(1).nextBytes(received.value());
    var letter = DeadLetter.of(received, "code", "why", null);
    assertThat(letter.key()).isEqualTo("k");
    assertThat(letter.value()).isEqualTo(received.value());
    assertThat(letter.headers().lastHeader("error-cut")).isNull();
  }

  @Example
  void shouldBeSmallWhenItIsBare() {
    ConsumerRecord<String, byte[]> received = received("k".repeat(5_000), 900_000);
    received.headers().add("ce_id", "e-1".getBytes(StandardCharsets.UTF_8));
    var letter = DeadLetter.bare(received, "code", "why");
    assertThat(size(letter)).isLessThan(5_000);
    assertThat(text(letter, "ce_id")).isEqualTo("e-1");
    assertThat(text(letter, "error-cut")).isEqualTo("true");
  }

  private static ConsumerRecord<String, byte[]> received(String key, int bytes) {
    return new ConsumerRecord<>(
        "whetstone.intake",
        0,
        7,
        0,
        TimestampType.CREATE_TIME,
        0,
        0,
        key,
        new byte[bytes],
        new RecordHeaders(),
        Optional.empty());
  }

  /** An upper bound: 100 bytes for the batch and the record, 10 for each header's two lengths. */
  private static long size(ProducerRecord<String, byte[]> letter) {
    long headers =
        Arrays.stream(letter.headers().toArray())
            .mapToLong(h -> 10 + bytes(h.key()) + (h.value() == null ? 0 : h.value().length))
            .sum();
    return 100 + (letter.key() == null ? 0 : bytes(letter.key())) + letter.value().length + headers;
  }

  private static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  private static String text(ProducerRecord<String, byte[]> letter, String name) {
    return new String(letter.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
  }
}
