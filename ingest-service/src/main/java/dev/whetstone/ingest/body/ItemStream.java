package dev.whetstone.ingest.body;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.whetstone.ingest.item.Fault;
import dev.whetstone.ingest.item.InputLimits;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * The items of a body, one after the other, each as a tree; only one item, or one line, is in
 * memory at a time.
 */
public sealed interface ItemStream extends AutoCloseable
    permits DocumentItemStream, LineItemStream {
  /** True once the body is known to be a list; false if it is a single object. */
  boolean many();

  /**
   * The next item, or null after the last one.
   *
   * @throws Fault when the body as a whole is invalid: its items cannot be told apart, it is too
   *     large, or it cannot be decompressed
   */
  @Nullable BodyItem next();

  @Override
  void close();

  /** Creates streams with the same limits; thread-safe. */
  final class Opener {
    private final InputLimits limits;
    private final JsonFactory factory;
    private final ObjectReader trees;

    public Opener(InputLimits limits) {
      this.limits = limits;
      this.factory =
          JsonFactory.builder()
              .streamReadConstraints(
                  StreamReadConstraints.builder()
                      // The array around the items adds one level.
                      .maxNestingDepth(limits.nesting() + 1)
                      .maxNameLength(InputLimits.FIELD_NAME_CHARACTERS)
                      .maxStringLength(Math.max(limits.itemBytes(), limits.textCharacters()))
                      .build())
              .build();
      this.trees =
          JsonMapper.builder(factory)
              .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
              .build()
              .readerFor(JsonNode.class);
    }

    /** Reads from a request's body; the caller closes the stream. */
    public ItemStream open(InputStream body, ContentEncoding encoding, BodyShape shape) {
      return open(body, encoding, shape, MemoryBudget.UNBOUNDED);
    }

    /** The same; the item that is being read and validated is charged to a memory budget. */
    public ItemStream open(
        InputStream body, ContentEncoding encoding, BodyShape shape, MemoryBudget memory) {
      BoundedInputStream opened = new BoundedInputStream(body, limits.bodyBytes(), "the body");
      boolean handedOver = false;
      try {
        if (encoding != ContentEncoding.IDENTITY) {
          opened =
              new BoundedInputStream(
                  encoding.open(opened), limits.decodedBytes(), "the decompressed body");
        }
        ItemStream stream =
            shape == BodyShape.LINES
                ? new LineItemStream(opened, factory, trees, encoding, limits, memory)
                : document(opened, encoding, shape, memory);
        handedOver = true;
        return stream;
      } catch (IOException e) {
        throw encoding.broken(e);
      } finally {
        if (!handedOver) {
          closeQuietly(opened);
        }
      }
    }

    private ItemStream document(
        BoundedInputStream opened, ContentEncoding encoding, BodyShape shape, MemoryBudget memory)
        throws IOException {
      var parser =
          new MeteredParser(factory.createParser(opened), opened::count, limits, memory, 0);
      return new DocumentItemStream(parser, trees, shape, encoding, limits);
    }

    /** A decompressor holds native memory that the garbage collector does not release. */
    private static void closeQuietly(InputStream opened) {
      try {
        opened.close();
      } catch (IOException e) {
        // The earlier failure answers the request.
      }
    }
  }
}
