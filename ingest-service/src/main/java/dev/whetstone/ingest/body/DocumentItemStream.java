package dev.whetstone.ingest.body;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import dev.whetstone.ingest.item.Fault;
import dev.whetstone.ingest.item.InputLimits;
import java.io.CharConversionException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The items of one JSON document: an object, or the elements of an array. After a fault of the
 * syntax the rest has no structure, so the body is refused as a whole.
 */
final class DocumentItemStream implements ItemStream {
  private final MeteredParser parser;
  private final ObjectReader trees;
  private final BodyShape shape;
  private final ContentEncoding encoding;
  private final InputLimits limits;
  private final BodyFaults faults;
  private boolean many;
  private int count;
  private boolean ended;

  DocumentItemStream(
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
    this.faults = new BodyFaults(shape, limits);
  }

  @Override
  public boolean many() {
    return many;
  }

  @Override
  public @Nullable BodyItem next() {
    try {
      JsonNode item = ended ? null : advance();
      if (item == null) {
        end();
        return null;
      }
      if (++count > limits.items()) {
        throw faults.tooMany();
      }
      return new BodyItem.Readable(item, 0);
    } catch (StreamConstraintsException e) {
      throw faults.constraint(parser.place(), e);
    } catch (JsonProcessingException e) {
      throw faults.malformed(parser.place(), e);
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
      if (many) {
        throw malformed("the array does not end");
      }
      return null;
    }
    if (token == JsonToken.END_ARRAY && many) {
      return null;
    }
    if (!many && count > 0) {
      throw malformed("there is data after the first value");
    }
    return trees.readTree(parser);
  }

  /** Reads the first token; in an array it moves to the first element. */
  private @Nullable JsonToken begin(@Nullable JsonToken first) throws IOException {
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
        throw BodyFaults.noItems();
      }
      if (parser.nextToken() != null) {
        throw malformed("there is data after the first value");
      }
    }
  }

  private Fault malformed(String reason) {
    return faults.malformed(parser.place() + reason);
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
