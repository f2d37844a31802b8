package dev.whetstone.eval.champion;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.eval.paging.NewestFirstPage;
import dev.whetstone.kit.auth.ApiCaller;
import dev.whetstone.kit.auth.KeyScope;
import dev.whetstone.kit.auth.RequiresScope;
import dev.whetstone.kit.loop.DeclaredLoopRepository;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

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

  /** A page of generations ({@link Champion}), newest first. */
  @GET
  @Path("/history")
  @RequiresScope(KeyScope.READ)
  public Response history(
      @PathParam("loop") String name,
      @QueryParam("limit") @Nullable Integer limit,
      @QueryParam("before") @Nullable Long before,
      @Context UriInfo uri) {
    NewestFirstPage page = NewestFirstPage.of(limit, before == null ? null : before.toString());
    List<Champion> generations =
        champions.page(current(name).loop(), before == null ? Long.MAX_VALUE : before, page.read());
    return page.response(generations, uri, Champion::generation, Function.identity());
  }

  private Champion current(String name) {
    LoopId loop = caller.loop(name);
    return champions.current(loop).orElseThrow(() -> DeclaredLoopRepository.unknown(loop));
  }
}
