package dev.whetstone.kit.trace;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Begins the spans of a service. No span comes from an instrumentation: those of HTTP and Kafka
 * record addresses, queries and a span for each record, which must not leave the service.
 */
@ApplicationScoped
public class SpanRecorder {
  private static final String SCOPE = "dev.whetstone";
  private final Tracer tracer;
  private final boolean enabled;

  /**
   * @param disabled as OpenTelemetry's SDK is: without a collector nothing is recorded
   */
  @Inject
  public SpanRecorder(
      Instance<OpenTelemetry> telemetry,
      @ConfigProperty(name = "quarkus.otel.sdk.disabled", defaultValue = "true") boolean disabled) {
    this.enabled = !disabled && telemetry.isResolvable();
    this.tracer = (enabled ? telemetry.get() : OpenTelemetry.noop()).getTracer(SCOPE);
  }

  /** One that records with a given SDK. */
  public SpanRecorder(OpenTelemetry telemetry) {
    this.enabled = true;
    this.tracer = telemetry.getTracer(SCOPE);
  }

  /** Whether spans are recorded; callers need not prepare any while they are not. */
  public boolean enabled() {
    return enabled;
  }

  public OpenSpan begin(StageSpan stage) {
    SpanBuilder span =
        tracer
            .spanBuilder(stage.name())
            .setSpanKind(stage.kind())
            .setAttribute(TraceAttributes.TENANT, stage.tenant());
    if (stage.loop() != null) {
      span.setAttribute(TraceAttributes.LOOP, stage.loop());
    }
    TraceContext parent = stage.parent();
    if (parent == null) {
      span.setNoParent();
    } else {
      span.setParent(Context.root().with(Span.wrap(remote(parent))));
    }
    stage.links().forEach(link -> span.addLink(remote(link)));
    stage.texts().forEach((name, value) -> span.setAttribute(name, value));
    stage.numbers().forEach((name, value) -> span.setAttribute(name, value.longValue()));
    if (stage.startedAt() != null) {
      span.setStartTimestamp(stage.startedAt());
    }
    return new OpenSpan(span.startSpan());
  }

  private static SpanContext remote(TraceContext context) {
    return SpanContext.createFromRemoteParent(
        context.traceId(),
        context.spanId(),
        context.sampled() ? TraceFlags.getSampled() : TraceFlags.getDefault(),
        TraceState.getDefault());
  }
}
