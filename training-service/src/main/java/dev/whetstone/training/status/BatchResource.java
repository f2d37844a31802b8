package dev.whetstone.training.status;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.batch.BatchState;
import dev.whetstone.kit.auth.ApiCaller;
import dev.whetstone.kit.auth.KeyScope;
import dev.whetstone.kit.auth.RequiresScope;
import dev.whetstone.kit.loop.DeclaredLoopRepository;
import dev.whetstone.kit.problem.HttpProblems;
import dev.whetstone.kit.problem.ProblemException;
import dev.whetstone.training.batch.Batch;
import dev.whetstone.training.batch.BatchRepository;
import dev.whetstone.training.batch.BatchStateRepository;
import dev.whetstone.training.run.RunRepository;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;

/** REST resource for operations on a loop's batches. */
@Path("/v1/loops/{loop}/batches/{batch}")
@Produces(MediaType.APPLICATION_JSON)
@Blocking
public class BatchResource {
  private final BatchRepository batches;
  private final BatchStateRepository states;
  private final RunRepository runs;
  private final DeclaredLoopRepository loops;
  private final ApiCaller caller;

  public BatchResource(
      BatchRepository batches,
      BatchStateRepository states,
      RunRepository runs,
      DeclaredLoopRepository loops,
      ApiCaller caller) {
    this.batches = batches;
    this.states = states;
    this.runs = runs;
    this.loops = loops;
    this.caller = caller;
  }

  @POST
  @Path("/set-aside")
  @RequiresScope(KeyScope.OPERATE)
  @Operation(
      summary =
          "Excludes a batch from the loop's runs permanently, for example when its files are lost")
  @APIResponse(
      responseCode = "200",
      description = "The batch; a run that trains on it is superseded")
  @APIResponse(responseCode = "404", description = "The loop has no such batch")
  @APIResponse(responseCode = "409", description = "The batch is already withdrawn")
  public LoopStatusReader.BatchView setAside(
      @PathParam("loop") String name, @PathParam("batch") String batchId) {
    LoopId loop = loops.require(caller.loop(name)).id();
    return QuarkusTransaction.requiringNew().call(() -> setAside(loop, batchId));
  }

  private LoopStatusReader.BatchView setAside(LoopId loop, String batchId) {
    if (states.setAsideByHand(loop, batchId, "set aside by a person")) {
      runs.supersede(loop, List.of(batchId), "batch " + batchId + " was set aside by a person");
    }
    Batch batch =
        batches.byId(loop, List.of(batchId)).stream()
            .findFirst()
            .orElseThrow(
                () ->
                    new ProblemException(
                        HttpProblems.notFound(
                            "unknown-batch",
                            "loop '" + loop.loop() + "' has no batch '" + batchId + "'",
                            "See GET /v1/loops/" + loop.loop() + "/status")));
    if (batch.state() == BatchState.WITHDRAWN) {
      throw new ProblemException(
          HttpProblems.conflict(
              "batch-withdrawn",
              "batch '" + batchId + "' is withdrawn, because its bytes did not verify",
              "no action is needed: no run reads it"));
    }
    return LoopStatusReader.BatchView.of(batch, batches.reasons(loop).get(batchId));
  }
}
