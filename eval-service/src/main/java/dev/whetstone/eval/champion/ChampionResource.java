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
import jakarta.ws.rs.core.Response;
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

  /** What an app needs to call the model in service. */
  public record ServedModel(String servedName, long generation) {}

  /**
   * The model in service. A key without the scope {@code read}, such as one in a browser, is told
   * its name and generation only: where its adapter lies is not for the public.
   */
  @GET
  @RequiresScope({KeyScope.READ, KeyScope.INGEST})
  public Response champion(@PathParam("loop") String name) {
    Champion champion = current(name);
    boolean mayRead = caller.scopes().contains(KeyScope.READ) && !caller.publishable();
    return Response.ok(
            mayRead ? champion : new ServedModel(champion.servedName(), champion.generation()))
        .build();
  }

  /** Every generation, newest first. */
  @GET
  @Path("/history")
  @RequiresScope(KeyScope.READ)
  public List<Champion> history(@PathParam("loop") String name) {
    return champions.history(current(name).loop());
  }

  private Champion current(String name) {
    LoopId loop = caller.loop(name);
    return champions.current(loop).orElseThrow(() -> DeclaredLoopRepository.unknown(loop));
  }
}
