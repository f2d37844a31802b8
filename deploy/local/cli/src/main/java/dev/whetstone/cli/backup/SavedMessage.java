package dev.whetstone.cli.backup;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.jspecify.annotations.Nullable;

/**
 * A message of Kafka as a backup holds it: its time, key, value and headers, but no offset, because
 * it gets another one on another broker.
 *
 * @param timestamp milliseconds since 1970
 */
record SavedMessage(
    long timestamp, byte @Nullable [] key, byte @Nullable [] value, List<Header> headers) {
  private static final int MORE = 1;
  private static final int END = 0;
  private static final int ABSENT = -1;

  /** More than a broker takes; a larger length is no length. */
  private static final int MOST_BYTES = 256 * 1024 * 1024;

  static SavedMessage of(ConsumerRecord<byte[], byte[]> received) {
    return new SavedMessage(
        received.timestamp(),
        received.key(),
        received.value(),
        List.of(received.headers().toArray()));
  }

  ProducerRecord<byte[], byte[]> to(String topic, int partition) {
    return new ProducerRecord<>(topic, partition, timestamp, key, value, headers);
  }

  void write(DataOutputStream out) throws IOException {
    out.writeByte(MORE);
    out.writeLong(timestamp);
    write(out, key);
    write(out, value);
    out.writeInt(headers.size());
    for (Header header : headers) {
      write(out, header.key().getBytes(StandardCharsets.UTF_8));
      write(out, header.value());
    }
  }

  static void writeEnd(DataOutputStream out) throws IOException {
    out.writeByte(END);
  }

  /** The next message; empty at the end that was written. */
  static Optional<SavedMessage> read(DataInputStream in) throws IOException {
    int next = in.readByte();
    if (next == END) {
      return Optional.empty();
    }
    if (next != MORE) {
      throw new IOException("no message begins with " + next);
    }
    long timestamp = in.readLong();
    byte[] key = readBytes(in);
    byte[] value = readBytes(in);
    int count = in.readInt();
    List<Header> headers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      byte[] name = readBytes(in);
      if (name == null) {
        throw new IOException("a header has no name");
      }
      headers.add(new RecordHeader(new String(name, StandardCharsets.UTF_8), readBytes(in)));
    }
    return Optional.of(new SavedMessage(timestamp, key, value, headers));
  }

  private static void write(DataOutputStream out, byte @Nullable [] bytes) throws IOException {
    if (bytes == null) {
      out.writeInt(ABSENT);
    } else {
      out.writeInt(bytes.length);
      out.write(bytes);
    }
  }

  private static byte @Nullable [] readBytes(DataInputStream in) throws IOException {
    int length = in.readInt();
    if (length == ABSENT) {
      return null;
    }
    if (length < 0 || length > MOST_BYTES) {
      throw new IOException("no part of a message has " + length + " bytes");
    }
    byte[] bytes = new byte[length];
    in.readFully(bytes);
    return bytes;
  }
}
