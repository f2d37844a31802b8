package dev.whetstone.eval.status;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.eval.registry.LoopFolder;
import dev.whetstone.kit.auth.ApiCaller;
import dev.whetstone.kit.auth.KeyScope;
import dev.whetstone.kit.auth.RequiresScope;
import dev.whetstone.kit.loop.DeclaredLoop;
import dev.whetstone.kit.loop.LoopCondition;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;

/** Shows the state of a loop. */
@Path("/v1/loops/{loop}/status")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class StatusResource {
  private final LoopFolder folder;
  private final LoopStatusReader reader;
  private final ApiCaller caller;

  public StatusResource(LoopFolder folder, LoopStatusReader reader, ApiCaller caller) {
    this.folder = folder;
    this.reader = reader;
    this.caller = caller;
  }

  /** The loop's conditions. */
  public record Status(
      String loop, long revision, String specSha256, List<LoopCondition> conditions) {
    public Status {
      conditions = List.copyOf(conditions);
    }
  }

  @GET
  @RequiresScope(KeyScope.READ)
  public Status status(@PathParam("loop") String name) {
    LoopId id = caller.loop(name);
    DeclaredLoop loop = folder.require(id);
    return new Status(id.loop(), loop.revision(), loop.specSha256(), reader.conditions(loop));
  }
}
