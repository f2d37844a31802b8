package dev.whetstone.ingest.trace;

import dev.whetstone.kit.trace.OpenSpan;
import dev.whetstone.kit.trace.TraceContext;
import jakarta.enterprise.context.RequestScoped;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The span of the request; there is none while tracing is off, and for requests that only read. */
@RequestScoped
public class RequestTrace {
  private @Nullable OpenSpan span;

  void begun(OpenSpan newSpan) {
    this.span = newSpan;
  }

  /** What the events of the request carry. */
  public Optional<TraceContext> context() {
    return span == null ? Optional.empty() : span.context();
  }
}
