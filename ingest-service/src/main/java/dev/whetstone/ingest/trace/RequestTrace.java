package dev.whetstone.ingest.trace;

import dev.whetstone.kit.trace.OpenSpan;
import dev.whetstone.kit.trace.TraceAttributes;
import dev.whetstone.kit.trace.TraceContext;
import jakarta.enterprise.context.RequestScoped;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The span of the request; there is none while tracing is off, and for requests that only read. */
@RequestScoped
public class RequestTrace {
  private static final int FIRST_SERVER_ERROR = 500;
  private @Nullable OpenSpan span;

  void begun(OpenSpan newSpan) {
    this.span = newSpan;
  }

  void ended(int status) {
    if (span != null) {
      span.with(TraceAttributes.STATUS, status);
      if (status >= FIRST_SERVER_ERROR) {
        span.failed();
      }
      span.end();
    }
  }

  /** What the events of the request carry. */
  public Optional<TraceContext> context() {
    return span == null ? Optional.empty() : span.context();
  }
}
