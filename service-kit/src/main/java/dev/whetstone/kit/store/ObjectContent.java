package dev.whetstone.kit.store;

import dev.whetstone.kit.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The bytes of an object that is to be stored, written to a stream so that the object need not fit
 * into memory. A store calls {@link #writeTo} once for each put.
 */
@FunctionalInterface
public interface ObjectContent {
  /** Writes all bytes; the caller closes the stream. */
  void writeTo(OutputStream out) throws IOException;

  static ObjectContent of(byte[] bytes) {
    return out -> out.write(bytes);
  }

  /** The bytes of a local file at the time of the put. */
  static ObjectContent of(Path file) {
    return out -> Files.copy(file, out);
  }

  /** What is left of a stream, which the caller closes; good for one put. */
  static ObjectContent of(InputStream in) {
    return in::transferTo;
  }

  /**
   * One line of JSON for each row, with the keys of maps in their own order. Equal rows give equal
   * bytes only when no map in them has an order of its own making, as {@link java.util.Map#copyOf}
   * has.
   */
  static ObjectContent jsonLines(Iterable<?> rows) {
    return out -> {
      for (Object row : rows) {
        out.write(Json.write(row));
        out.write('\n');
      }
    };
  }
}
