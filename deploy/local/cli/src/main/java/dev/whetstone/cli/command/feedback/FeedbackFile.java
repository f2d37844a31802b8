package dev.whetstone.cli.command.feedback;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import dev.whetstone.client.RemedyException;
import dev.whetstone.client.api.ApiClient;
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;

/**
 * Reads a file of items one by one: one JSON object per line, or one JSON array. A name that ends
 * with {@code .gz} is decompressed.
 */
final class FeedbackFile {
  private static final int BYTE_ORDER_MARK = '\uFEFF';
  private static final int LONGEST_LINE = 4 << 20;
  private final Path file;
  private final FeedbackItem.Format format;

  FeedbackFile(Path file, FeedbackItem.Format format) {
    this.file = file;
    this.format = format;
  }

  /** Receives what the file holds, in order. */
  interface Receiver {
    void item(FeedbackItem item);

    /** A line or an item that cannot be sent. */
    void unreadable(String place, String reason);
  }

  /**
   * @throws RemedyException if the file cannot be read, or is broken where no line ends it
   */
  void read(Receiver receiver) {
    try (InputStream in = open();
        BufferedReader text =
            new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      if (startsArray(text)) {
        readArray(text, receiver);
      } else {
        readLines(text, receiver);
      }
    } catch (NoSuchFileException e) {
      throw new RemedyException("there is no file " + file, "pass the path of a JSONL file", e);
    } catch (JsonProcessingException e) {
      throw new RemedyException(
          "%s is not well-formed: %s".formatted(file, e.getOriginalMessage()),
          "fix line " + (e.getLocation() == null ? 0 : e.getLocation().getLineNr()),
          e);
    } catch (IOException e) {
      throw new RemedyException("cannot read " + file, "check that it is a readable file", e);
    }
  }

  private InputStream open() throws IOException {
    InputStream in = new BufferedInputStream(Files.newInputStream(file));
    return file.toString().endsWith(".gz") ? new GZIPInputStream(in) : in;
  }

  private static boolean startsArray(BufferedReader text) throws IOException {
    while (true) {
      text.mark(1);
      int c = text.read();
      if (c != BYTE_ORDER_MARK && !Character.isWhitespace(c)) {
        text.reset();
        return c == '[';
      }
    }
  }

  private void readArray(BufferedReader text, Receiver receiver) throws IOException {
    try (JsonParser parser = ApiClient.JSON.createParser(text)) {
      parser.nextToken();
      for (int n = 1; parser.nextToken() != JsonToken.END_ARRAY; n++) {
        JsonNode item = ApiClient.JSON.readTree(parser);
        receiver.item(FeedbackItem.of("item " + n, item, format));
      }
    }
  }

  private void readLines(BufferedReader text, Receiver receiver) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int n = 1; readLine(text, line); n++) {
      String place = "line " + n;
      if (line.length() > LONGEST_LINE) {
        receiver.unreadable(place, "is longer than " + LONGEST_LINE + " characters");
        continue;
      }
      String item = line.toString();
      if (item.isBlank()) {
        continue;
      }
      try {
        receiver.item(FeedbackItem.of(place, ApiClient.JSON.readTree(item), format));
      } catch (JsonProcessingException e) {
        receiver.unreadable(place, "is not JSON: " + e.getOriginalMessage());
      }
    }
  }

  /**
   * Reads a line, but keeps no more of it than shows that it is too long.
   *
   * @return false at the end of the file
   */
  private static boolean readLine(BufferedReader text, StringBuilder line) throws IOException {
    line.setLength(0);
    int c = text.read();
    if (c < 0) {
      return false;
    }
    for (; c >= 0 && c != '\n'; c = text.read()) {
      if (line.length() <= LONGEST_LINE) {
        line.append((char) c);
      }
    }
    return true;
  }
}
