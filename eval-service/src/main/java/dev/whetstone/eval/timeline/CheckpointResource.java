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

/** Shows the timeline of a checkpoint. */
@Path("/v1/checkpoints/{id}")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class CheckpointResource {
  private static final int LEAST_DIGITS = 8;
  private final CheckpointRepository checkpoints;
  private final CheckpointTimelineReader timelines;
  private final ApiCaller caller;

  public CheckpointResource(
      CheckpointRepository checkpoints, CheckpointTimelineReader timelines, ApiCaller caller) {
    this.checkpoints = checkpoints;
    this.timelines = timelines;
    this.caller = caller;
  }

  /** The checkpoint with this id, or with an id that starts with these eight or more digits. */
  @GET
  @RequiresScope(KeyScope.READ)
  public CheckpointTimeline timeline(@PathParam("id") String id) {
    List<Checkpoint> found =
        id.length() < LEAST_DIGITS ? List.of() : checkpoints.byPrefix(caller.tenant(), id);
    if (found.size() != 1) {
      throw new ProblemException(
          HttpProblems.notFound(
              "unknown-checkpoint",
              found.isEmpty()
                  ? "there is no checkpoint '" + id + "'"
                  : found.size() + " checkpoints have an id that starts with '" + id + "'",
              "give the whole id, or at least " + LEAST_DIGITS + " digits that identify it"));
    }
    return timelines.read(found.getFirst());
  }
}
