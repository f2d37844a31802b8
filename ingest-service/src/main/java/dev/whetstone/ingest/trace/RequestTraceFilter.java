package dev.whetstone.ingest.trace;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.kit.auth.ApiCaller;
import dev.whetstone.kit.trace.OpenSpan;
import dev.whetstone.kit.trace.SpanRecorder;
import dev.whetstone.kit.trace.StageSpan;
import dev.whetstone.kit.trace.TraceAttributes;
import dev.whetstone.kit.trace.TraceContext;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.Priorities;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.container.ResourceInfo;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;
import org.jboss.resteasy.reactive.server.ServerResponseFilter;
import org.jspecify.annotations.Nullable;

/**
 * Makes one span of each authenticated request that sends something, whatever number of items it
 * has. It continues the trace of the request's {@code traceparent}. Its attributes are the route,
 * the tenant and the loop: no address, no query and no id of the sender.
 */
public class RequestTraceFilter {
  private static final int AFTER_AUTHENTICATION = Priorities.USER + 100;
  private static final int FIRST_SERVER_ERROR = 500;
  private static final String SPAN = RequestTraceFilter.class.getName();

  private final SpanRecorder spans;
  private final RequestTrace trace;
  private final ApiCaller caller;

  public RequestTraceFilter(SpanRecorder spans, RequestTrace trace, ApiCaller caller) {
    this.spans = spans;
    this.trace = trace;
    this.caller = caller;
  }

  @ServerRequestFilter(priority = AFTER_AUTHENTICATION)
  public void begin(ContainerRequestContext request, ResourceInfo resource) {
    if (!spans.enabled()
        || resource.getResourceMethod() == null
        || request.getMethod().equals(HttpMethod.GET)) {
      return;
    }
    String route = RouteTemplate.of(resource.getResourceClass(), resource.getResourceMethod());
    String loop = request.getUriInfo().getPathParameters().getFirst("loop");
    OpenSpan span =
        spans.begin(
            StageSpan.ofRequest(request.getMethod() + " " + route, caller.tenant(), name(loop))
                .childOf(TraceContext.parse(request.getHeaderString("traceparent")))
                .with(TraceAttributes.REQUEST_METHOD, request.getMethod())
                .with(TraceAttributes.ROUTE, route));
    trace.begun(span);
    request.setProperty(SPAN, span);
  }

  /** Any other text is no loop, and stays out of the span. */
  private static @Nullable String name(@Nullable String loop) {
    return loop != null && LoopId.NAME.matcher(loop).matches() ? loop : null;
  }

  @ServerResponseFilter
  public void end(ContainerRequestContext request, ContainerResponseContext response) {
    if (request.getProperty(SPAN) instanceof OpenSpan span) {
      span.with(TraceAttributes.STATUS, response.getStatus());
      if (response.getStatus() >= FIRST_SERVER_ERROR) {
        span.failed();
      }
      span.end();
    }
  }
}
