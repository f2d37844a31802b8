package dev.whetstone.training.engine.joined;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.kit.auth.ApiCaller;
import dev.whetstone.kit.auth.KeyScope;
import dev.whetstone.kit.auth.RequiresScope;
import dev.whetstone.kit.paging.ListPage;
import dev.whetstone.kit.problem.HttpProblems;
import dev.whetstone.kit.problem.ProblemException;
import dev.whetstone.kit.time.LeaseClock;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.headers.Header;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.jspecify.annotations.Nullable;

/** Hosts that join to run workers, and the list of them. */
@Path("/v1/worker-hosts")
@Produces(MediaType.APPLICATION_JSON)
@Blocking
public class WorkerHostResource {
  private final HostReception reception;
  private final WorkerHostRepository hosts;
  private final JoinedEngineConfig config;
  private final LeaseClock clock;
  private final ApiCaller caller;

  WorkerHostResource(
      HostReception reception,
      WorkerHostRepository hosts,
      JoinedEngineConfig config,
      LeaseClock clock,
      ApiCaller caller) {
    this.reception = reception;
    this.hosts = hosts;
    this.config = config;
    this.clock = clock;
    this.caller = caller;
  }

  @GET
  @RequiresScope(KeyScope.READ)
  @Operation(summary = "The tenant's joined hosts, by name")
  @APIResponse(
      responseCode = "200",
      description = "One page of hosts",
      headers = @Header(name = "Link", description = ListPage.LINK_TEXT),
      content = @Content(schema = @Schema(implementation = WorkerHostView[].class)))
  public Response list(
      @Parameter(description = ListPage.LIMIT_TEXT) @QueryParam("limit") @Nullable Integer limit,
      @Parameter(description = ListPage.AFTER_TEXT) @QueryParam("after") @Nullable String after,
      @Context UriInfo uri) {
    int most = ListPage.limit(limit);
    List<WorkerHostView> found =
        hosts.page(caller.tenant(), after, most + 1, clock.now().minus(config.hostLease()));
    List<WorkerHostView> page = found.subList(0, Math.min(most, found.size()));
    String next = found.size() > most ? page.getLast().name() : null;
    return ListPage.of(page, next, uri);
  }

  @POST
  @Path("/{host}/questions")
  @RequiresScope(KeyScope.WORK)
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(summary = "A host tells what runs on it and asks for work; kept open for some seconds")
  @APIResponse(responseCode = "200", description = "A worker to take, or workers to end")
  @APIResponse(responseCode = "409", description = "Another process has joined under this name")
  public CompletionStage<HostAnswer> ask(
      @PathParam("host") String name, @Nullable HostQuestion question) {
    if (question == null
        || question.session() == null
        || question.capacity() == null
        || question.free() == null) {
      throw new ProblemException(
          HttpProblems.badRequest(
              "invalid-question",
              "a question needs session, capacity and free",
              "/session",
              "what whetstone_worker join sends"));
    }
    return reception.receive(host(name), question);
  }

  @POST
  @Path("/{host}/sessions/{session}/attempts/{attempt}/take")
  @RequiresScope(KeyScope.WORK)
  @Operation(summary = "The host takes the worker that it was offered, and may start it")
  @APIResponse(responseCode = "204", description = "It may start the worker")
  @APIResponse(responseCode = "409", description = "The offer does not stand any more")
  public void take(
      @PathParam("host") String name,
      @PathParam("session") String session,
      @PathParam("attempt") String attempt) {
    if (!reception.take(host(name), session, attempt)) {
      throw new ProblemException(
          HttpProblems.conflict(
              "offer-gone",
              "attempt '%s' is not offered to host '%s' any more".formatted(attempt, name),
              "do not start it; ask again"));
    }
  }

  private HostId host(String name) {
    if (!LoopId.NAME.matcher(name).matches()) {
      throw new ProblemException(
          HttpProblems.badRequest(
              "invalid-host", "'" + name + "' is no name of a host", "host", LoopId.RULE));
    }
    return new HostId(caller.tenant(), name);
  }
}
