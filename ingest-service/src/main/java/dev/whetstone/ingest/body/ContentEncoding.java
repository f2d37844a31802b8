package dev.whetstone.ingest.body;

import com.github.luben.zstd.ZstdInputStream;
import dev.whetstone.ingest.item.Fault;
import dev.whetstone.ingest.item.FaultCode;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/** The compression of a body. */
public enum ContentEncoding {
  IDENTITY,
  GZIP,
  ZSTD;

  /** Value of the {@code Accept-Encoding} header of a 415. */
  public static final String ACCEPTED = "gzip, zstd, identity";

  /** RFC 8878 requires every decoder to support a window of 8 MiB; more would cost memory. */
  private static final int ZSTD_WINDOW_LOG = 23;

  private static final int BUFFER = 8192;

  /**
   * Reads the header {@code Content-Encoding}.
   *
   * @throws Fault when it names another encoding, or several
   */
  public static ContentEncoding of(@Nullable String header) {
    if (header == null || header.isBlank()) {
      return IDENTITY;
    }
    return switch (header.strip().toLowerCase(Locale.ROOT)) {
      case "identity" -> IDENTITY;
      case "gzip", "x-gzip" -> GZIP;
      case "zstd" -> ZSTD;
      default ->
          throw new Fault(
              FaultCode.UNSUPPORTED_ENCODING,
              null,
              "the content encoding is '" + header + "'",
              "send one of " + ACCEPTED);
    };
  }

  /** The fault of a body that ends early or has another encoding. */
  Fault broken(IOException e) {
    return new Fault(
        FaultCode.MALFORMED_ENCODING,
        null,
        this == IDENTITY
            ? "the body ended early"
            : "the body is not " + name().toLowerCase(Locale.ROOT) + ": " + e.getMessage(),
        "send the whole body in the encoding that Content-Encoding names");
  }

  /**
   * @throws IOException when the stream does not start as the encoding requires
   */
  InputStream open(InputStream in) throws IOException {
    return switch (this) {
      case IDENTITY -> in;
      case GZIP -> new GZIPInputStream(in, BUFFER);
      case ZSTD -> new ZstdInputStream(in).setLongMax(ZSTD_WINDOW_LOG);
    };
  }
}
