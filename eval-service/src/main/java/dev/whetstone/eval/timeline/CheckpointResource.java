package dev.whetstone.eval.timeline;

import dev.whetstone.eval.checkpoint.Checkpoint;
import dev.whetstone.eval.checkpoint.CheckpointRepository;
import dev.whetstone.kit.auth.ApiCaller;
import dev.whetstone.kit.auth.KeyScope;
import dev.whetstone.kit.auth.RequiresScope;
import dev.whetstone.kit.problem.HttpProblems;
import dev.whetstone.kit.problem.ProblemException;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;

/** Tells what became of a checkpoint. */
@Path("/v1/checkpoints/{id}")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class CheckpointResource {
  private static final int LEAST_DIGITS = 8;
  private final CheckpointRepository checkpoints;
  private final CheckpointTimelineReader storyteller;
  private final ApiCaller caller;

  public CheckpointResource(
      CheckpointRepository checkpoints, CheckpointTimelineReader storyteller, ApiCaller caller) {
    this.checkpoints = checkpoints;
    this.storyteller = storyteller;
    this.caller = caller;
  }

  /** By its id, or the first eight or more digits of it. */
  @GET
  @RequiresScope(KeyScope.READ)
  public CheckpointTimeline story(@PathParam("id") String id) {
    List<Checkpoint> found =
        id.length() < LEAST_DIGITS ? List.of() : checkpoints.byPrefix(caller.tenant(), id);
    if (found.size() != 1) {
      throw new ProblemException(
          HttpProblems.notFound(
              "unknown-checkpoint",
              found.isEmpty()
                  ? "there is no checkpoint '" + id + "'"
                  : found.size() + " checkpoints begin with '" + id + "'",
              "give the whole id, or at least " + LEAST_DIGITS + " digits that only it has"));
    }
    return storyteller.tell(found.getFirst());
  }
}
