package dev.whetstone.cli.recovery;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * A dead letter.
 *
 * @param topic the dead-letter topic
 * @param headers as text, in order
 * @param body as it was sent; absent where only headers were asked for
 */
public record DeadLetterRecord(
    String topic,
    int partition,
    long offset,
    Instant at,
    @Nullable String key,
    Map<String, String> headers,
    byte @Nullable [] body) {

  static DeadLetterRecord of(ConsumerRecord<String, byte[]> received, boolean withBody) {
    Map<String, String> headers = new LinkedHashMap<>();
    for (Header header : received.headers()) {
      headers.put(
          header.key(),
          header.value() == null ? "" : new String(header.value(), StandardCharsets.UTF_8));
    }
    return new DeadLetterRecord(
        received.topic(),
        received.partition(),
        received.offset(),
        Instant.ofEpochMilli(received.timestamp()),
        received.key(),
        headers,
        withBody ? received.value() : null);
  }

  /** How the commands name it: {@code topic:partition:offset}. */
  public String id() {
    return topic + ":" + partition + ":" + offset;
  }

  public String header(String name) {
    return headers.getOrDefault(name, "");
  }

  /** Code of the error. */
  public String code() {
    return header("error-code");
  }

  /** {@code tenant/loop}, as far as the record names it. */
  public String loop() {
    return header("ce_tenant") + "/" + header("ce_loop");
  }

  /** Whether the body was shortened, because the letter would have been too large. */
  public boolean cut() {
    return headers.containsKey("error-cut");
  }
}
