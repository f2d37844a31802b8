package dev.whetstone.ingest.rest;

import dev.whetstone.ingest.body.BodyShape;
import dev.whetstone.ingest.body.ContentEncoding;
import dev.whetstone.ingest.body.ItemStream;
import dev.whetstone.ingest.body.MemoryBudget;
import dev.whetstone.ingest.body.TimedInputStream;
import dev.whetstone.ingest.config.IngestConfig;
import dev.whetstone.ingest.item.Fault;
import dev.whetstone.ingest.item.FaultCode;
import dev.whetstone.ingest.item.InputLimits;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.core.HttpHeaders;
import java.io.InputStream;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.jspecify.annotations.Nullable;

/** Opens a request's body according to its headers. */
@ApplicationScoped
public class RequestBodyOpener {
  private final ItemStream.Opener items;
  private final InputLimits limits;
  private final Duration readWithin;
  private final ScheduledThreadPoolExecutor timers =
      new ScheduledThreadPoolExecutor(1, Thread.ofPlatform().daemon().name("bodies").factory());

  public RequestBodyOpener(ItemStream.Opener items, InputLimits limits, IngestConfig config) {
    this.items = items;
    this.limits = limits;
    this.readWithin = config.readWithin();
    // Most bodies arrive early; cancelled timers must not stay until the deadline.
    this.timers.setRemoveOnCancelPolicy(true);
  }

  @PreDestroy
  void close() {
    timers.shutdownNow();
  }

  /** The media type without parameters, in lower case; empty when there is none. */
  static String mediaType(HttpHeaders headers) {
    String header = headers.getHeaderString(HttpHeaders.CONTENT_TYPE);
    if (header == null) {
      return "";
    }
    int end = header.indexOf(';');
    String parameters = end < 0 ? "" : header.substring(end).toLowerCase(Locale.ROOT);
    if (parameters.contains("charset=")
        && !parameters.replace("\"", "").contains("charset=utf-8")) {
      throw unsupported(header, "UTF-8");
    }
    return (end < 0 ? header : header.substring(0, end)).strip().toLowerCase(Locale.ROOT);
  }

  /** The layout of items in a body that is not a CloudEvent. */
  static BodyShape shape(HttpHeaders headers) {
    return switch (mediaType(headers)) {
      case "application/json" -> BodyShape.JSON;
      case "application/x-ndjson", "application/ndjson", "application/jsonl" -> BodyShape.LINES;
      default ->
          throw unsupported(
              headers.getHeaderString(HttpHeaders.CONTENT_TYPE),
              "application/json or application/x-ndjson");
    };
  }

  ItemStream open(HttpHeaders headers, InputStream body, BodyShape shape, MemoryBudget memory) {
    checkLength(headers.getHeaderString(HttpHeaders.CONTENT_LENGTH));
    String encoding = headers.getHeaderString(HttpHeaders.CONTENT_ENCODING);
    ContentEncoding decoder = ContentEncoding.of(encoding);
    return items.open(new TimedInputStream(body, readWithin, timers), decoder, shape, memory);
  }

  /** Refuses a body whose Content-Length is too large, without reading it. */
  private void checkLength(@Nullable String header) {
    if (header != null && Long.parseLong(header) > limits.bodyBytes()) {
      throw new Fault(
          FaultCode.BODY_TOO_LARGE,
          null,
          "the body has " + header + " bytes",
          "send at most " + limits.bodyBytes() + " bytes in one request");
    }
  }

  static Fault unsupported(@Nullable String found, String allowed) {
    return new Fault(
        FaultCode.UNSUPPORTED_MEDIA_TYPE,
        null,
        found == null ? "Content-Type is missing" : "Content-Type is '" + found + "'",
        "send " + allowed);
  }
}
