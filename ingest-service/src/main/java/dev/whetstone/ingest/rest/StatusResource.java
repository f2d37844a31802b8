package dev.whetstone.ingest.rest;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.kit.auth.KeyScope;
import dev.whetstone.kit.auth.RequiresScope;
import dev.whetstone.kit.loop.LoopCondition;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;

/** Whether a loop's events are accepted. A new declaration takes a moment to arrive here. */
@Path("/v1/loops/{loop}/status")
@Produces(MediaType.APPLICATION_JSON)
@RequiresScope({KeyScope.READ, KeyScope.INGEST, KeyScope.IMPORT})
public class StatusResource {
  private final RequestContext requests;

  public StatusResource(RequestContext requests) {
    this.requests = requests;
  }

  /** A loop's conditions. */
  public record Status(String loop, List<LoopCondition> conditions) {
    public Status {
      conditions = List.copyOf(conditions);
    }
  }

  @GET
  public Status status(@PathParam("loop") String name) {
    LoopId loop = requests.loop(name);
    return new Status(
        loop.loop(),
        List.of(
            LoopCondition.of("Accepting", true, "Declared", "this loop's events are accepted")));
  }
}
