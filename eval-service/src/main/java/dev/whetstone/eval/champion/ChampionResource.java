package dev.whetstone.eval.champion;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.kit.auth.ApiCaller;
import dev.whetstone.kit.auth.KeyScope;
import dev.whetstone.kit.auth.RequiresScope;
import dev.whetstone.kit.loop.DeclaredLoopRepository;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;

/** Shows the model in service and the earlier ones. */
@Path("/v1/loops/{loop}/champion")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class ChampionResource {
  private final ChampionRepository champions;
  private final ApiCaller caller;

  public ChampionResource(ChampionRepository champions, ApiCaller caller) {
    this.champions = champions;
    this.caller = caller;
  }

  /** The model in service. */
  @GET
  @RequiresScope({KeyScope.READ, KeyScope.INGEST})
  public Champion champion(@PathParam("loop") String name) {
    LoopId loop = caller.loop(name);
    return champions.current(loop).orElseThrow(() -> DeclaredLoopRepository.unknown(loop));
  }

  /** Every generation, newest first. */
  @GET
  @Path("/history")
  @RequiresScope(KeyScope.READ)
  public List<Champion> history(@PathParam("loop") String name) {
    return champions.history(champion(name).loop());
  }
}
