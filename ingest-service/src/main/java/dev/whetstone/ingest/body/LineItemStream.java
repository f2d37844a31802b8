package dev.whetstone.ingest.body;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.databind.ObjectReader;
import dev.whetstone.ingest.item.Fault;
import dev.whetstone.ingest.item.FaultCode;
import dev.whetstone.ingest.item.InputLimits;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * One JSON object per line. A line that cannot be read is one unreadable item; the next line is
 * read as usual. A line with several objects gives several items, or none if one is malformed.
 */
final class LineItemStream implements ItemStream {
  /** Escaped as \\uXXXX, a text that is not ASCII has up to three times its bytes in UTF-8. */
  private static final int ESCAPED_FACTOR = 3;

  private final BodyLineReader lines;
  private final JsonFactory factory;
  private final ObjectReader trees;
  private final ContentEncoding encoding;
  private final InputLimits limits;
  private final MemoryBudget memory;
  private final BodyFaults faults;
  private final Queue<BodyItem> ofLine = new ArrayDeque<>();
  private @Nullable MeteredParser parser;
  private int count;

  LineItemStream(
      InputStream in,
      JsonFactory factory,
      ObjectReader trees,
      ContentEncoding encoding,
      InputLimits limits,
      MemoryBudget memory) {
    this.lines = new BodyLineReader(in, limits.itemBytes() * ESCAPED_FACTOR, memory);
    this.factory = factory;
    this.trees = trees;
    this.encoding = encoding;
    this.limits = limits;
    this.memory = memory;
    this.faults = new BodyFaults(BodyShape.LINES, limits);
  }

  @Override
  public boolean many() {
    return true;
  }

  @Override
  public @Nullable BodyItem next() {
    try {
      while (ofLine.isEmpty() && lines.next()) {
        ofLine.addAll(read());
      }
    } catch (IOException e) {
      throw encoding.broken(e);
    }
    BodyItem item = ofLine.poll();
    if (item == null) {
      if (count == 0) {
        throw BodyFaults.noItems();
      }
      return null;
    }
    if (++count > limits.items()) {
      throw faults.tooMany();
    }
    return item;
  }

  /** The items of the current line; none if it is blank. */
  private List<BodyItem> read() throws IOException {
    release();
    if (lines.tooLong()) {
      return List.of(unreadable(tooLong()));
    }
    MeteredParser ofThisLine =
        new MeteredParser(
            factory.createParser(lines.bytes(), 0, lines.length()),
            lines::length,
            limits,
            memory,
            lines.number() - 1);
    parser = ofThisLine;
    try {
      List<BodyItem> items = new ArrayList<>(1);
      while (ofThisLine.nextToken() != null) {
        items.add(new BodyItem.Readable(trees.readTree(ofThisLine), lines.number()));
      }
      return items;
    } catch (Fault fault) {
      return List.of(unreadable(fault));
    } catch (StreamConstraintsException e) {
      return List.of(unreadable(faults.constraint(ofThisLine.place(), e)));
    } catch (JsonEOFException e) {
      requireNoArray();
      return List.of(unreadable(faults.malformed(ofThisLine.place(), e)));
    } catch (JsonProcessingException e) {
      return List.of(unreadable(malformed(ofThisLine, e)));
    } catch (IOException e) {
      // The line is in memory: its bytes are not text.
      return List.of(unreadable(faults.malformed(ofThisLine.place() + e.getMessage())));
    }
  }

  private BodyItem unreadable(Fault fault) {
    return new BodyItem.Unreadable(fault, lines.number());
  }

  private Fault tooLong() {
    int most = limits.itemBytes() * ESCAPED_FACTOR;
    return new Fault(
        FaultCode.ITEM_TOO_LARGE,
        null,
        "line %d has more than %d bytes".formatted(lines.number(), most),
        "send items of at most %d bytes, one per line".formatted(limits.itemBytes()));
  }

  private Fault malformed(MeteredParser at, JsonProcessingException e) {
    if (!line().endsWith(",")) {
      return faults.malformed(at.place(), e);
    }
    return new Fault(
        FaultCode.MALFORMED_JSON,
        null,
        "line %d ends with a comma".formatted(lines.number()),
        "remove the trailing comma; lines are not separated by commas");
  }

  /** An array over several lines has no items that are lines. */
  private void requireNoArray() {
    if (count == 0 && line().startsWith("[")) {
      throw new Fault(
          FaultCode.MALFORMED_JSON,
          null,
          "line %d begins an array that ends on another line".formatted(lines.number()),
          "send an array with Content-Type: application/json, or send one JSON object per line");
    }
  }

  /** The current line without surrounding white space and byte-order mark. */
  private String line() {
    var text = new String(lines.bytes(), 0, lines.length(), StandardCharsets.UTF_8).strip();
    return text.startsWith("\uFEFF") ? text.substring(1) : text;
  }

  /** Releases the memory of the previous line's trees. */
  private void release() throws IOException {
    if (parser != null) {
      parser.close();
      parser = null;
    }
  }

  @Override
  public void close() {
    try (lines) {
      release();
    } catch (IOException e) {
      // Nothing more is read from it; the request is already answered.
      ofLine.clear();
    }
  }
}
