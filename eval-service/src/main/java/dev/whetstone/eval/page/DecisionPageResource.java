package dev.whetstone.eval.page;

import dev.whetstone.eval.decision.Decision;
import dev.whetstone.eval.decision.DecisionRepository;
import dev.whetstone.eval.decision.DecisionResource;
import dev.whetstone.eval.decision.EvidenceStore;
import dev.whetstone.kit.auth.ApiCaller;
import dev.whetstone.kit.auth.KeyScope;
import dev.whetstone.kit.auth.RequiresScope;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;

/** The pages of decisions. */
@Path("/decisions/{id}")
@RunOnVirtualThread
public class DecisionPageResource {
  private final DecisionRepository decisions;
  private final EvidenceStore evidence;
  private final ApiCaller caller;

  public DecisionPageResource(
      DecisionRepository decisions, EvidenceStore evidence, ApiCaller caller) {
    this.decisions = decisions;
    this.evidence = evidence;
    this.caller = caller;
  }

  /** The page. It loads nothing and runs no script; the headers enforce this. */
  @GET
  @Produces(MediaType.TEXT_HTML + ";charset=UTF-8")
  @RequiresScope(KeyScope.READ)
  public Response page(@PathParam("id") String id) {
    Decision decision =
        decisions.find(caller.tenant(), id).orElseThrow(() -> DecisionResource.unknown(id));
    String uri = decision.body().evidenceUri();
    String html =
        uri == null
            ? DecisionPage.render(decision, List.of(), List.of())
            : DecisionPage.render(decision, evidence.scores(uri), evidence.texts(uri));
    return Response.ok(html)
        .header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
        .header("Referrer-Policy", "no-referrer")
        .build();
  }
}
