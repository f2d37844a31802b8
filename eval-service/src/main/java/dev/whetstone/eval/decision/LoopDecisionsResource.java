package dev.whetstone.eval.decision;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.event.PromotionDecided;
import dev.whetstone.eval.paging.NewestFirstPage;
import dev.whetstone.eval.registry.LoopRegistry;
import dev.whetstone.kit.auth.ApiCaller;
import dev.whetstone.kit.auth.KeyScope;
import dev.whetstone.kit.auth.RequiresScope;
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
import org.jspecify.annotations.Nullable;

/** A loop's decisions. */
@Path("/v1/loops/{loop}/decisions")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class LoopDecisionsResource {
  private final DecisionRepository decisions;
  private final LoopRegistry registry;
  private final ApiCaller caller;

  public LoopDecisionsResource(
      DecisionRepository decisions, LoopRegistry registry, ApiCaller caller) {
    this.decisions = decisions;
    this.registry = registry;
    this.caller = caller;
  }

  /** A page of decisions ({@link PromotionDecided}), newest first. */
  @GET
  @RequiresScope(KeyScope.READ)
  public Response all(
      @PathParam("loop") String name,
      @QueryParam("limit") @Nullable Integer limit,
      @QueryParam("before") @Nullable String before,
      @Context UriInfo uri) {
    LoopId id = registry.require(caller.loop(name)).id();
    NewestFirstPage page = NewestFirstPage.of(limit, before);
    return page.response(decisions.page(id, page), uri, Decision::id, Decision::body);
  }
}
