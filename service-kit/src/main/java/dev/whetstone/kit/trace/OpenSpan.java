package dev.whetstone.kit.trace;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.StatusCode;
import java.time.Instant;
import java.util.Optional;

/** A span that has begun. One that is never ended is not exported. */
public final class OpenSpan {
  private final Span span;

  OpenSpan(Span span) {
    this.span = span;
  }

  /** What later spans name as parent or link to; empty while tracing is off. */
  public Optional<TraceContext> context() {
    SpanContext context = span.getSpanContext();
    return context.isValid()
        ? Optional.of(
            new TraceContext(context.getTraceId(), context.getSpanId(), context.isSampled()))
        : Optional.empty();
  }

  public OpenSpan with(String attribute, long value) {
    span.setAttribute(attribute, value);
    return this;
  }

  /** Marks the work as failed. The reason stays in the log: it can hold text of others. */
  public OpenSpan failed() {
    span.setStatus(StatusCode.ERROR);
    return this;
  }

  public void end() {
    span.end();
  }

  public void end(Instant at) {
    span.end(at);
  }
}
