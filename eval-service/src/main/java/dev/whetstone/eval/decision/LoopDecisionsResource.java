package dev.whetstone.eval.decision;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.event.PromotionDecided;
import dev.whetstone.eval.registry.LoopRegistry;
import dev.whetstone.kit.auth.ApiCaller;
import dev.whetstone.kit.auth.KeyScope;
import dev.whetstone.kit.auth.RequiresScope;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;

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

  /** Newest first. */
  @GET
  @RequiresScope(KeyScope.READ)
  public List<PromotionDecided> all(@PathParam("loop") String name) {
    LoopId id = registry.require(caller.loop(name)).id();
    return decisions.all(id).reversed().stream().map(Decision::body).toList();
  }
}
