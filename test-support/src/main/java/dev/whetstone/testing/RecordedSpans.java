package dev.whetstone.testing;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** Stands for a collector of traces: keeps what is exported, as soon as it is. */
public final class RecordedSpans implements SpanExporter {
  private final List<Recorded> exported = new CopyOnWriteArrayList<>();

  /**
   * An exported span.
   *
   * @param kind as OpenTelemetry names it
   * @param parentSpanId zeros without a parent
   * @param linkedTraces of its links, in their order
   */
  public record Recorded(
      String name,
      String kind,
      String traceId,
      String spanId,
      String parentSpanId,
      Duration took,
      List<String> linkedTraces,
      Map<String, String> attributes) {
    private static Recorded of(SpanData span) {
      Map<String, String> attributes = new TreeMap<>();
      span.getAttributes()
          .forEach((key, value) -> attributes.put(key.getKey(), String.valueOf(value)));
      return new Recorded(
          span.getName(),
          span.getKind().name(),
          span.getTraceId(),
          span.getSpanId(),
          span.getParentSpanId(),
          Duration.ofNanos(span.getEndEpochNanos() - span.getStartEpochNanos()),
          span.getLinks().stream().map(link -> link.getSpanContext().getTraceId()).toList(),
          attributes);
    }
  }

  /** An SDK that exports here. It is not the global one. */
  public OpenTelemetry telemetry() {
    return OpenTelemetrySdk.builder()
        .setTracerProvider(
            SdkTracerProvider.builder().addSpanProcessor(SimpleSpanProcessor.create(this)).build())
        .build();
  }

  public List<Recorded> exported() {
    return List.copyOf(exported);
  }

  @Override
  public CompletableResultCode export(Collection<SpanData> spans) {
    spans.forEach(span -> exported.add(Recorded.of(span)));
    return CompletableResultCode.ofSuccess();
  }

  @Override
  public CompletableResultCode flush() {
    return CompletableResultCode.ofSuccess();
  }

  @Override
  public CompletableResultCode shutdown() {
    return CompletableResultCode.ofSuccess();
  }
}
