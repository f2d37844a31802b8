package dev.whetstone.system;

import com.google.protobuf.ByteString;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;

/** A collector: keeps the spans that services export by OTLP over HTTP. */
final class SpanCollector implements AutoCloseable {
  private final HttpServer server;
  private final List<Exported> spans = new CopyOnWriteArrayList<>();

  /**
   * A span as it was exported.
   *
   * @param linked traces of the spans that it has links to
   */
  record Exported(String name, String traceId, Set<String> linked, Map<String, String> attributes) {
    private static Exported of(Span span) {
      return new Exported(
          span.getName(),
          hex(span.getTraceId()),
          span.getLinksList().stream()
              .map(link -> hex(link.getTraceId()))
              .collect(Collectors.toSet()),
          span.getAttributesList().stream()
              .collect(Collectors.toMap(KeyValue::getKey, each -> text(each.getValue()))));
    }

    private static String hex(ByteString id) {
      return HexFormat.of().formatHex(id.toByteArray());
    }

    private static String text(AnyValue value) {
      return value.hasIntValue() ? String.valueOf(value.getIntValue()) : value.getStringValue();
    }
  }

  private SpanCollector(HttpServer server) {
    this.server = server;
  }

  static SpanCollector start() {
    try {
      var loopback = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
      var collector = new SpanCollector(HttpServer.create(loopback, 0));
      collector.server.createContext("/v1/traces", collector::receive);
      collector.server.start();
      return collector;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void receive(HttpExchange exchange) throws IOException {
    try (exchange) {
      ExportTraceServiceRequest.parseFrom(exchange.getRequestBody())
          .getResourceSpansList()
          .forEach(
              resource ->
                  resource
                      .getScopeSpansList()
                      .forEach(
                          scope ->
                              scope.getSpansList().forEach(span -> spans.add(Exported.of(span)))));
      exchange.getResponseHeaders().set("Content-Type", "application/x-protobuf");
      exchange.sendResponseHeaders(200, -1);
    }
  }

  /** What makes a service export here. */
  Map<String, String> environment() {
    return Map.of(
        "OTEL_SDK_DISABLED",
        "false",
        "OTEL_EXPORTER_OTLP_PROTOCOL",
        "http/protobuf",
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        "http://127.0.0.1:" + server.getAddress().getPort());
  }

  List<Exported> ofTrace(String traceId) {
    return spans.stream().filter(span -> span.traceId().equals(traceId)).toList();
  }

  /** The trace of a span with one of these names that has a link to the given trace. */
  Optional<String> traceLinkedTo(String traceId, String... names) {
    return spans.stream()
        .filter(span -> List.of(names).contains(span.name()) && span.linked().contains(traceId))
        .map(Exported::traceId)
        .findFirst();
  }

  /** Names of all spans. */
  Set<String> names() {
    return spans.stream().map(Exported::name).collect(Collectors.toCollection(TreeSet::new));
  }

  /** Names of the attributes of all spans. */
  Set<String> attributeNames() {
    Set<String> names = new TreeSet<>();
    spans.forEach(span -> names.addAll(span.attributes().keySet()));
    return names;
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
