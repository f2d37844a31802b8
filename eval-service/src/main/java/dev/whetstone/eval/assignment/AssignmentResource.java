package dev.whetstone.eval.assignment;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.eval.champion.Champion;
import dev.whetstone.eval.champion.ChampionRepository;
import dev.whetstone.kit.auth.ApiCaller;
import dev.whetstone.kit.auth.KeyScope;
import dev.whetstone.kit.auth.RequiresScope;
import dev.whetstone.kit.loop.DeclaredLoopRepository;
import dev.whetstone.kit.problem.HttpProblems;
import dev.whetstone.kit.problem.ProblemException;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Shows apps and gateways which model to use for an end user. */
@Path("/v1/loops/{loop}/assignment")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class AssignmentResource {
  private final ChampionRepository champions;
  private final ApiCaller caller;

  public AssignmentResource(ChampionRepository champions, ApiCaller caller) {
    this.champions = champions;
    this.caller = caller;
  }

  /**
   * The model for an end user. This version assigns the champion to every end user: it moves all
   * traffic at once.
   */
  @GET
  @RequiresScope({KeyScope.READ, KeyScope.INGEST})
  public Assignment assignment(
      @PathParam("loop") String name, @QueryParam("endUser") @Nullable String endUser) {
    if (endUser == null || endUser.isBlank()) {
      throw new ProblemException(
          HttpProblems.badRequest(
              "missing-end-user",
              "an assignment is for one end user",
              null,
              "add ?endUser= with the app's pseudonymous reference"));
    }
    Champion champion = current(caller.loop(name));
    return AssignmentRule.assign(
        champion.loop().key(),
        endUser,
        List.of(
            new AssignmentRule.Variant(
                "champion", champion.servedName(), champion.generation(), 1)));
  }

  private Champion current(LoopId loop) {
    return champions.current(loop).orElseThrow(() -> DeclaredLoopRepository.unknown(loop));
  }
}
