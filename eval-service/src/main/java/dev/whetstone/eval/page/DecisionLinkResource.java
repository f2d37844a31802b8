package dev.whetstone.eval.page;

import dev.whetstone.eval.config.EvalConfig;
import dev.whetstone.eval.decision.DecisionRepository;
import dev.whetstone.eval.decision.DecisionResource;
import dev.whetstone.eval.page.DecisionLinkRepository.Link;
import dev.whetstone.kit.auth.ApiCaller;
import dev.whetstone.kit.auth.KeyScope;
import dev.whetstone.kit.auth.RequiresScope;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Instant;

/** Makes links with which a browser opens a decision page without a key. */
@Path("/v1/decisions/{id}/link")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class DecisionLinkResource {
  private final DecisionRepository decisions;
  private final DecisionLinkRepository links;
  private final EvalConfig config;
  private final ApiCaller caller;

  public DecisionLinkResource(
      DecisionRepository decisions,
      DecisionLinkRepository links,
      EvalConfig config,
      ApiCaller caller) {
    this.decisions = decisions;
    this.links = links;
    this.config = config;
    this.caller = caller;
  }

  /**
   * @param path of this service; it opens the page once
   */
  public record PageLink(String path, Instant validUntil) {}

  @POST
  @RequiresScope(KeyScope.READ)
  public Response create(@PathParam("id") String id) {
    if (decisions.find(caller.tenant(), id).isEmpty()) {
      throw DecisionResource.unknown(id);
    }
    Link link = links.create(caller.tenant(), id, config.linkValidFor());
    PageLink answer =
        new PageLink("/decisions/%s/open/%s".formatted(id, link.token()), link.validUntil());
    return Response.status(Response.Status.CREATED)
        .header("Cache-Control", "no-store")
        .entity(answer)
        .build();
  }
}
