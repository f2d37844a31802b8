package dev.whetstone.kit.event;

import dev.whetstone.contracts.TopicNames;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * A refused record, unchanged, with the reason and its origin in headers. A record so large that
 * the headers would not fit is cut, so that it does not block the letters after it; its origin
 * tells where the whole record is.
 */
public final class DeadLetter {
  /** Kafka accepts 1 MiB by default; the reason and the origin need some of it. */
  private static final int MOST_BYTES = 1_000_000;

  /** Size of a header besides its name and value. */
  private static final int HEADER_OVERHEAD_BYTES = 10;

  private static final String CUT = "error-cut";
  private static final int MOST_DETAIL_CHARACTERS = 2_000;
  private static final int MOST_POINTER_CHARACTERS = 1_000;
  private static final Cut LARGE = new Cut(500_000, 1_000, 50);
  private static final Cut BARE = new Cut(0, 200, 20);

  private DeadLetter() {}

  /**
   * How much is kept of a record that is too large.
   *
   * @param headerBytes longer headers are left out
   */
  private record Cut(int valueBytes, int headerBytes, int headers) {}

  /**
   * The letter for the dead-letter topic of the record's topic; never larger than Kafka accepts by
   * default.
   *
   * @param code stable, from a bounded set
   * @param pointer JSON Pointer of the fault, if it has one
   */
  public static ProducerRecord<String, byte[]> of(
      ConsumerRecord<String, byte[]> received,
      String code,
      String detail,
      @Nullable String pointer) {
    return letter(received, code, detail, pointer, size(received) > MOST_BYTES ? LARGE : null);
  }

  /** A letter of little more than reason and origin, for a broker that takes only small records. */
  public static ProducerRecord<String, byte[]> bare(
      ConsumerRecord<String, byte[]> received, String code, String detail) {
    return letter(received, code, detail, null, BARE);
  }

  /** The headers of a bare letter, made from those of a whole one that waits to be sent. */
  public static Map<String, String> bareHeaders(Map<String, String> whole) {
    Map<String, String> bare = new LinkedHashMap<>();
    whole.forEach(
        (name, value) -> {
          boolean own = name.startsWith("error-") || name.startsWith("original-");
          boolean small = bytes(name) + bytes(value) <= BARE.headerBytes();
          if (own || (small && bare.size() < BARE.headers())) {
            bare.put(name, value);
          }
        });
    bare.put(CUT, "true");
    return bare;
  }

  private static ProducerRecord<String, byte[]> letter(
      ConsumerRecord<String, byte[]> received,
      String code,
      String detail,
      @Nullable String pointer,
      @Nullable Cut cut) {
    ProducerRecord<String, byte[]> letter =
        new ProducerRecord<>(
            TopicNames.deadLetters(received.topic()),
            cut == null ? received.key() : null,
            cut == null ? received.value() : cut(received.value(), cut.valueBytes()));
    Arrays.stream(received.headers().toArray())
        .filter(header -> cut == null || size(header) <= cut.headerBytes())
        .limit(cut == null ? Long.MAX_VALUE : cut.headers())
        .forEach(letter.headers()::add);
    if (cut != null) {
      add(letter, CUT, "true");
    }
    add(letter, "error-code", code);
    add(letter, "error-detail", shortened(detail, MOST_DETAIL_CHARACTERS));
    if (pointer != null) {
      add(letter, "error-pointer", shortened(pointer, MOST_POINTER_CHARACTERS));
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

  private static String shortened(String text, int characters) {
    return text.length() <= characters ? text : text.substring(0, characters) + "…";
  }

  private static long size(ConsumerRecord<String, byte[]> received) {
    long headers = Arrays.stream(received.headers().toArray()).mapToLong(DeadLetter::size).sum();
    return bytes(received.key())
        + (received.value() == null ? 0 : received.value().length)
        + headers;
  }

  private static long size(Header header) {
    return bytes(header.key())
        + HEADER_OVERHEAD_BYTES
        + (header.value() == null ? 0 : header.value().length);
  }

  private static long bytes(@Nullable String text) {
    return text == null ? 0 : text.getBytes(StandardCharsets.UTF_8).length;
  }

  private static byte @Nullable [] cut(byte @Nullable [] value, int bytes) {
    return value == null ? null : Arrays.copyOf(value, Math.min(value.length, bytes));
  }
}
