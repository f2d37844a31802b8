package dev.whetstone.eval.assignment;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.eval.champion.Champion;
import dev.whetstone.eval.champion.Champions;
import dev.whetstone.kit.auth.Caller;
import dev.whetstone.kit.auth.RequiresScope;
import dev.whetstone.kit.auth.Scope;
import dev.whetstone.kit.loop.DeclaredLoops;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;

/** Shows who is in service and who was. */
@Path("/v1/loops/{loop}/champion")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class ChampionResource {
  private final Champions champions;
  private final Caller caller;

  public ChampionResource(Champions champions, Caller caller) {
    this.champions = champions;
    this.caller = caller;
  }

  /** The model in service. */
  @GET
  @RequiresScope({Scope.READ, Scope.INGEST})
  public Champion champion(@PathParam("loop") String name) {
    LoopId loop = caller.loop(name);
    return champions.current(loop).orElseThrow(() -> DeclaredLoops.unknown(loop));
  }

  /** Every generation, newest first. */
  @GET
  @Path("/history")
  @RequiresScope(Scope.READ)
  public List<Champion> history(@PathParam("loop") String name) {
    return champions.history(champion(name).loop());
  }
}
