package dev.whetstone.ingest.rest;

import dev.whetstone.contracts.EventSource;
import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.envelope.SenderStamp;
import dev.whetstone.ingest.event.Sender;
import dev.whetstone.ingest.item.Fault;
import dev.whetstone.ingest.item.FaultCode;
import dev.whetstone.ingest.loops.KnownLoops;
import dev.whetstone.ingest.trace.RequestTrace;
import dev.whetstone.kit.auth.ApiCaller;
import dev.whetstone.kit.auth.KeyScope;
import dev.whetstone.kit.problem.HttpProblems;
import dev.whetstone.kit.problem.ProblemException;
import dev.whetstone.kit.trace.TraceContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.core.HttpHeaders;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The sender, the loop and the trace of a request. */
@ApplicationScoped
public class RequestContext {
  private final ApiCaller caller;
  private final KnownLoops loops;
  private final ConnectionDigests connections;
  private final RequestTrace trace;

  public RequestContext(
      ApiCaller caller, KnownLoops loops, ConnectionDigests connections, RequestTrace trace) {
    this.caller = caller;
    this.loops = loops;
    this.connections = connections;
    this.trace = trace;
  }

  /** A key with the scope import and without the scope ingest is an importer. */
  Sender sender() {
    boolean imports =
        caller.scopes().contains(KeyScope.IMPORT) && !caller.scopes().contains(KeyScope.INGEST);
    return new Sender(
        caller.tenant(),
        imports ? EventSource.imported(caller.application()) : caller.application(),
        caller.publishable(),
        stamp());
  }

  /** A server's connection says nothing about end users; a browser's does. */
  private SenderStamp stamp() {
    return new SenderStamp(
        caller.keyId(),
        caller.publishable(),
        caller.publishable() ? connections.current(caller.tenant()) : null);
  }

  /** The tenant's loop of that name. A loop of another tenant is answered like an unknown one. */
  LoopId loop(String name) {
    return loop(name, null);
  }

  /**
   * The same for a loop that is named in a body.
   *
   * @param pointer where the body names it, if it has a place there
   */
  LoopId loop(String name, @Nullable String pointer) {
    if (LoopId.NAME.matcher(name).matches()) {
      LoopId loop = new LoopId(caller.tenant(), name);
      if (loops.contains(loop)) {
        return loop;
      }
    }
    requireLoops();
    throw unknownLoop(name, pointer);
  }

  /**
   * All loops of the tenant.
   *
   * @throws Fault when the tenant has none
   */
  List<LoopId> loops() {
    requireLoops();
    List<LoopId> all = loops.of(caller.tenant());
    if (all.isEmpty()) {
      throw new Fault(
          FaultCode.UNKNOWN_LOOP,
          null,
          "your tenant has no declared loop, so no data is stored",
          "declare a loop first");
    }
    return all;
  }

  /** Until the loops are read, no loop can be reported as unknown. */
  private void requireLoops() {
    if (!loops.caughtUp()) {
      throw new ProblemException(
          HttpProblems.unavailable(
              "not-ready",
              "the declared loops are still being read",
              "send the request again shortly"),
          Duration.ofSeconds(2));
    }
  }

  /** Only a key that may read the tenant's loops is told the names of other loops. */
  Fault unknownLoop(String loop, @Nullable String pointer) {
    boolean mayRead = caller.scopes().contains(KeyScope.READ) && !caller.publishable();
    List<String> names =
        mayRead ? loops.of(caller.tenant()).stream().map(LoopId::loop).toList() : List.of();
    return new Fault(
        FaultCode.UNKNOWN_LOOP,
        pointer,
        "there is no loop '" + loop + "'",
        LoopNameAdvice.remedy(loop, names));
  }

  /** The request's span; while tracing is off, what the sender named, so that others can follow. */
  @Nullable String traceParent(HttpHeaders headers) {
    return trace
        .context()
        .or(() -> TraceContext.parse(headers.getHeaderString("traceparent")))
        .map(TraceContext::text)
        .orElse(null);
  }
}
