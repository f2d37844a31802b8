package dev.whetstone.kit.trace;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.kit.auth.ApiCaller;
import dev.whetstone.kit.auth.KeyScope;
import dev.whetstone.kit.auth.RequiresScope;
import dev.whetstone.kit.problem.HttpProblems;
import dev.whetstone.kit.problem.ProblemException;
import io.quarkus.arc.properties.IfBuildProperty;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Tells the trace in which something was made, as far as this service knows it. */
@Path("/v1/loops/{loop}/traces")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@IfBuildProperty(name = "whetstone.database", stringValue = "true")
public class TraceResource {
  private final TraceContextRepository contexts;
  private final ApiCaller caller;

  public TraceResource(TraceContextRepository contexts, ApiCaller caller) {
    this.contexts = contexts;
    this.caller = caller;
  }

  /** The trace of a subject. */
  public record Trace(String kind, String id, String traceId, String spanId) {}

  /**
   * @param kind {@code event}, {@code batch}, {@code run}, {@code checkpoint} or {@code decision}
   * @param id of the subject; of an event its key
   */
  @GET
  @RequiresScope(KeyScope.READ)
  public Trace trace(
      @PathParam("loop") String name,
      @QueryParam("kind") @Nullable String kind,
      @QueryParam("id") @Nullable String id) {
    LoopId loop = caller.loop(name);
    TraceSubject.Kind known =
        TraceSubject.Kind.byWireName(kind == null ? "" : kind)
            .orElseThrow(
                () ->
                    new ProblemException(
                        HttpProblems.badRequest(
                            "unknown-kind",
                            "traces are of events, batches, runs, checkpoints and decisions",
                            null,
                            "add ?kind= with one of " + kinds())));
    if (id == null || id.isBlank()) {
      throw new ProblemException(
          HttpProblems.badRequest(
              "missing-id", "a trace is of one " + known.wireName(), null, "add &id="));
    }
    return contexts
        .find(new TraceSubject(loop, known, id))
        .map(context -> new Trace(known.wireName(), id, context.traceId(), context.spanId()))
        .orElseThrow(
            () ->
                new ProblemException(
                    HttpProblems.notFound(
                        "no-trace",
                        "no trace of this %s is known".formatted(known.wireName()),
                        "switch tracing on, or ask within whetstone.tracing.keep")));
  }

  private static String kinds() {
    return Arrays.stream(TraceSubject.Kind.values())
        .map(TraceSubject.Kind::wireName)
        .collect(Collectors.joining(", "));
  }
}
