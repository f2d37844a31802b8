package dev.whetstone.kit.store;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;

/** Splits a stream into lines, one of which is in memory at a time. */
public final class ObjectLines {
  /** No row that Whetstone writes or accepts is nearly as long; a file without line ends is. */
  static final int MAX_LINE_BYTES = 32 << 20;

  private static final int BUFFER_BYTES = 64 << 10;

  private ObjectLines() {}

  /** Takes a line. */
  @FunctionalInterface
  public interface Consumer {
    /**
     * @param number from 1
     * @param line without its line end
     */
    void accept(int number, byte[] line) throws IOException;
  }

  /**
   * Passes on every line that is not blank.
   *
   * @param name what errors call the stream
   * @throws ObjectTooLargeException when a line is longer than 32 MiB
   */
  static void forEach(String name, InputStream in, Consumer consumer) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    byte[] buffer = new byte[BUFFER_BYTES];
    int number = 1;
    int read;
    while ((read = in.read(buffer)) >= 0) {
      int start = 0;
      for (int i = 0; i < read; i++) {
        if (buffer[i] == '\n') {
          append(name, number, line, buffer, start, i);
          pass(number++, line, consumer);
          start = i + 1;
        }
      }
      append(name, number, line, buffer, start, read);
    }
    pass(number, line, consumer);
  }

  private static void append(
      String name, int number, ByteArrayOutputStream line, byte[] buffer, int start, int end) {
    if (line.size() + (end - start) > MAX_LINE_BYTES) {
      throw new ObjectTooLargeException("line %d of %s".formatted(number, name), MAX_LINE_BYTES);
    }
    line.write(buffer, start, end - start);
  }

  private static void pass(int number, ByteArrayOutputStream line, Consumer consumer)
      throws IOException {
    byte[] bytes = line.toByteArray();
    line.reset();
    if (!isBlank(bytes)) {
      consumer.accept(number, bytes);
    }
  }

  private static boolean isBlank(byte[] line) {
    for (byte each : line) {
      if (each != ' ' && each != '\t' && each != '\r') {
        return false;
      }
    }
    return true;
  }
}
