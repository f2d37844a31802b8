package dev.whetstone.ingest.rest;

import dev.whetstone.contracts.EventSource;
import dev.whetstone.contracts.LoopId;
import dev.whetstone.ingest.event.Sender;
import dev.whetstone.ingest.event.TraceParent;
import dev.whetstone.ingest.item.Fault;
import dev.whetstone.ingest.item.FaultCode;
import dev.whetstone.ingest.loops.KnownLoops;
import dev.whetstone.kit.auth.ApiCaller;
import dev.whetstone.kit.auth.KeyScope;
import dev.whetstone.kit.problem.HttpProblems;
import dev.whetstone.kit.problem.ProblemException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.core.HttpHeaders;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the head of a request says: who sends, to which loop, in which trace. */
@ApplicationScoped
public class RequestContext {
  private final ApiCaller caller;
  private final KnownLoops loops;

  public RequestContext(ApiCaller caller, KnownLoops loops) {
    this.caller = caller;
    this.loops = loops;
  }

  /** A key with the scope import and without the scope ingest speaks as an importer. */
  Sender sender() {
    boolean imports =
        caller.scopes().contains(KeyScope.IMPORT) && !caller.scopes().contains(KeyScope.INGEST);
    return new Sender(
        caller.tenant(),
        imports ? EventSource.imported(caller.application()) : caller.application(),
        caller.publishable());
  }

  /** The tenant's loop of that name; another tenant's is as unknown as one that never was. */
  LoopId loop(String name) {
    return loop(name, null);
  }

  /**
   * The same of a loop that a body names.
   *
   * @param pointer where it does, if that has a place there
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
   * The tenant's loops, all of them.
   *
   * @throws Fault when there are none
   */
  List<LoopId> loops() {
    requireLoops();
    List<LoopId> all = loops.of(caller.tenant());
    if (all.isEmpty()) {
      throw new Fault(
          FaultCode.UNKNOWN_LOOP,
          null,
          "your tenant has no declared loop, so nothing of anyone is kept",
          "declare a loop first");
    }
    return all;
  }

  /** Before the loops are read, none can be said to be unknown. */
  private void requireLoops() {
    if (!loops.caughtUp()) {
      throw new ProblemException(
          HttpProblems.unavailable(
              "not-ready", "the declared loops are still being read", "send it again in a moment"),
          Duration.ofSeconds(2));
    }
  }

  static Fault unknownLoop(String loop, @Nullable String pointer) {
    return new Fault(
        FaultCode.UNKNOWN_LOOP,
        pointer,
        "there is no loop '" + loop + "'",
        "name one of your tenant's declared loops; one declared just now is known in a moment");
  }

  static @Nullable String traceParent(HttpHeaders headers) {
    return TraceParent.of(headers.getHeaderString("traceparent"));
  }
}
