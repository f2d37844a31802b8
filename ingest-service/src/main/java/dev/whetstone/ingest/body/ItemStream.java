package dev.whetstone.ingest.body;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.whetstone.ingest.item.Fault;
import dev.whetstone.ingest.item.FaultCode;
import dev.whetstone.ingest.item.InputLimits;
import java.io.CharConversionException;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * The items of a body, one after the other, each as a tree; only one is in memory at a time. A
 * fault of the body as a whole is a {@link Fault} with its line and column.
 */
public final class ItemStream implements AutoCloseable {
  private final MeteredParser parser;
  private final ObjectReader trees;
  private final BodyShape shape;
  private final ContentEncoding encoding;
  private final InputLimits limits;
  private boolean many;
  private int count;
  private boolean ended;

  private ItemStream(
      MeteredParser parser,
      ObjectReader trees,
      BodyShape shape,
      ContentEncoding encoding,
      InputLimits limits) {
    this.parser = parser;
    this.trees = trees;
    this.shape = shape;
    this.encoding = encoding;
    this.limits = limits;
  }

  /** Creates streams with the same limits; thread-safe. */
  public static final class Opener {
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
        var parser = new MeteredParser(factory.createParser(opened), opened, limits, memory);
        handedOver = true;
        return new ItemStream(parser, trees, shape, encoding, limits);
      } catch (IOException e) {
        throw encoding.broken(e);
      } finally {
        if (!handedOver) {
          closeQuietly(opened);
        }
      }
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

  /** True once the body is known to be a list; false if it is a single object. */
  public boolean many() {
    return many;
  }

  /**
   * The next item, or null after the last one.
   *
   * @throws Fault when the body is not JSON, too large, nested too deeply or of another shape
   */
  public @Nullable JsonNode next() {
    try {
      JsonNode item = ended ? null : advance();
      if (item == null) {
        end();
        return null;
      }
      if (++count > limits.items()) {
        throw new Fault(
            FaultCode.TOO_MANY_ITEMS,
            null,
            "the body has more than " + limits.items() + " items",
            "send at most " + limits.items() + " items in one request");
      }
      return item;
    } catch (StreamConstraintsException e) {
      throw constraint(e);
    } catch (JsonProcessingException e) {
      throw malformed(e);
    } catch (CharConversionException e) {
      throw malformed(String.valueOf(e.getMessage()));
    } catch (IOException e) {
      throw encoding.broken(e);
    }
  }

  private @Nullable JsonNode advance() throws IOException {
    parser.begin();
    JsonToken token = parser.nextToken();
    if (count == 0 && !many) {
      token = begin(token);
    }
    if (token == null) {
      if (many && shape != BodyShape.LINES) {
        throw malformed("the array does not end");
      }
      return null;
    }
    if (token == JsonToken.END_ARRAY && many && shape != BodyShape.LINES) {
      return null;
    }
    if (!many && count > 0) {
      throw malformed("there is data after the first value");
    }
    return trees.readTree(parser);
  }

  /** Reads the first token; in an array it moves to the first element. */
  private @Nullable JsonToken begin(@Nullable JsonToken first) throws IOException {
    if (shape == BodyShape.LINES) {
      many = true;
      return first;
    }
    if (first == JsonToken.START_ARRAY && shape != BodyShape.OBJECT) {
      many = true;
      return parser.nextToken();
    }
    if (first != null && (first != JsonToken.START_OBJECT || shape == BodyShape.ARRAY)) {
      throw malformed(
          switch (shape) {
            case JSON -> "the body is neither an object nor an array";
            case OBJECT -> "the body is not an object";
            case ARRAY, LINES -> "the body is not an array";
          });
    }
    return first;
  }

  private void end() throws IOException {
    if (!ended) {
      ended = true;
      if (count == 0) {
        throw new Fault(
            FaultCode.NO_ITEMS, null, "the body has no item", "send at least one JSON object");
      }
      if (shape != BodyShape.LINES && parser.nextToken() != null) {
        throw malformed("there is data after the first value");
      }
    }
  }

  private Fault constraint(StreamConstraintsException e) {
    if (e.getOriginalMessage().contains("nesting depth")) {
      return new Fault(
          FaultCode.NESTED_TOO_DEEP,
          null,
          place() + "objects and arrays are nested more than " + limits.nesting() + " deep",
          "send items nested at most " + limits.nesting() + " deep");
    }
    return new Fault(
        FaultCode.ITEM_TOO_LARGE,
        null,
        place() + e.getOriginalMessage(),
        "send texts of at most %d and names of at most %d characters"
            .formatted(limits.textCharacters(), InputLimits.FIELD_NAME_CHARACTERS));
  }

  private Fault malformed(JsonProcessingException e) {
    // The message repeats one token of the body, which can be personal data.
    String reason = e.getOriginalMessage().lines().findFirst().orElse("not JSON");
    return malformed(reason);
  }

  private Fault malformed(String reason) {
    return new Fault(
        FaultCode.MALFORMED_JSON,
        null,
        place() + reason,
        switch (shape) {
          case JSON -> "send one JSON object or one array of objects, in UTF-8";
          case OBJECT -> "send one JSON object, in UTF-8";
          case ARRAY -> "send one JSON array of objects, in UTF-8";
          case LINES -> "send one JSON object per line, in UTF-8";
        });
  }

  private String place() {
    var location = parser.currentLocation();
    return "line %d, column %d: ".formatted(location.getLineNr(), location.getColumnNr());
  }

  @Override
  public void close() {
    try {
      parser.close();
    } catch (IOException e) {
      // Nothing more is read from it; the request is already answered.
      ended = true;
    }
  }
}
