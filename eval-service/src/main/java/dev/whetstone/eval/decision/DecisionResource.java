package dev.whetstone.eval.decision;

import dev.whetstone.contracts.decision.Verdict;
import dev.whetstone.contracts.event.PromotionDecided;
import dev.whetstone.kit.auth.ApiCaller;
import dev.whetstone.kit.auth.KeyScope;
import dev.whetstone.kit.auth.RequiresScope;
import dev.whetstone.kit.problem.HttpProblems;
import dev.whetstone.kit.problem.ProblemException;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;

/** Shows decisions; approves and refuses held ones. */
@Path("/v1/decisions/{id}")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class DecisionResource {
  private final DecisionRepository decisions;
  private final DecisionApproval approval;
  private final ApiCaller caller;

  public DecisionResource(
      DecisionRepository decisions, DecisionApproval approval, ApiCaller caller) {
    this.decisions = decisions;
    this.approval = approval;
    this.caller = caller;
  }

  @GET
  @RequiresScope(KeyScope.READ)
  public PromotionDecided one(@PathParam("id") String id) {
    return find(id).body();
  }

  /** Informational measurements beside the gates. */
  @GET
  @Path("/facts")
  @RequiresScope(KeyScope.READ)
  public DecisionFacts facts(@PathParam("id") String id) {
    return find(id).facts();
  }

  /** Approves a held decision: the candidate is put into service. */
  @POST
  @Path("/approve")
  @RequiresScope(KeyScope.APPROVE)
  public PromotionDecided approve(@PathParam("id") String id) {
    return approval.settle(find(id), Verdict.PROMOTE, caller.application()).body();
  }

  /** Refuses a held decision: its batches are set aside. */
  @POST
  @Path("/refuse")
  @RequiresScope(KeyScope.APPROVE)
  public PromotionDecided refuse(@PathParam("id") String id) {
    return approval.settle(find(id), Verdict.REJECT, caller.application()).body();
  }

  private Decision find(String id) {
    return decisions.find(caller.tenant(), id).orElseThrow(() -> unknown(id));
  }

  /** The answer for a decision that does not exist or belongs to another tenant. */
  public static ProblemException unknown(String id) {
    return new ProblemException(
        HttpProblems.notFound(
            "unknown-decision",
            "there is no decision '" + id + "'",
            "see GET /v1/loops/{loop}/decisions"));
  }
}
