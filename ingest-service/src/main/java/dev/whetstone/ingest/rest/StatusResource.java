package dev.whetstone.ingest.rest;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.kit.auth.RequiresScope;
import dev.whetstone.kit.auth.Scope;
import dev.whetstone.kit.loop.Condition;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;

/** Whether a loop's events are taken. A loop declared a moment ago may not be known here yet. */
@Path("/v1/loops/{loop}/status")
@Produces(MediaType.APPLICATION_JSON)
@RequiresScope({Scope.READ, Scope.INGEST, Scope.IMPORT})
public class StatusResource {
  private final Requests requests;

  public StatusResource(Requests requests) {
    this.requests = requests;
  }

  /** A loop's conditions. */
  public record Status(String loop, List<Condition> conditions) {
    public Status {
      conditions = List.copyOf(conditions);
    }
  }

  @GET
  public Status status(@PathParam("loop") String name) {
    LoopId loop = requests.loop(name);
    return new Status(
        loop.loop(),
        List.of(Condition.of("Accepting", true, "Declared", "this loop's events are accepted")));
  }
}
