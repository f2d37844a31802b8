package dev.whetstone.training.status;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.kit.auth.ApiCaller;
import dev.whetstone.kit.auth.KeyScope;
import dev.whetstone.kit.auth.RequiresScope;
import dev.whetstone.kit.loop.DeclaredLoopRepository;
import dev.whetstone.kit.problem.HttpProblems;
import dev.whetstone.kit.problem.ProblemException;
import dev.whetstone.training.attempt.AttemptRepository;
import dev.whetstone.training.batch.BatchRepository;
import dev.whetstone.training.run.Run;
import dev.whetstone.training.run.RunRepository;
import dev.whetstone.training.run.StepMetricsRepository;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.Operation;

/** REST resource of a loop's runs. */
@Path("/v1")
@Produces(MediaType.APPLICATION_JSON)
@RequiresScope(KeyScope.READ)
@Blocking
public class RunResource {
  private final RunRepository runs;
  private final AttemptRepository attempts;
  private final StepMetricsRepository metrics;
  private final BatchRepository batches;
  private final LoopStatusReader training;
  private final DeclaredLoopRepository loops;
  private final ApiCaller caller;

  public RunResource(
      RunRepository runs,
      AttemptRepository attempts,
      StepMetricsRepository metrics,
      BatchRepository batches,
      LoopStatusReader training,
      DeclaredLoopRepository loops,
      ApiCaller caller) {
    this.runs = runs;
    this.attempts = attempts;
    this.metrics = metrics;
    this.batches = batches;
    this.training = training;
    this.loops = loops;
    this.caller = caller;
  }

  @GET
  @Path("/loops/{loop}/runs")
  @Operation(summary = "A loop's runs, newest first, with their attempts")
  public List<RunView> runs(@PathParam("loop") String loop) {
    return runs.of(known(loop)).stream().map(this::view).toList();
  }

  @GET
  @Path("/loops/{loop}/status")
  @Operation(summary = "The state of a loop's training")
  public LoopStatusReader.Status status(@PathParam("loop") String loop) {
    return training.status(known(loop));
  }

  @GET
  @Path("/runs/{run}")
  @Operation(summary = "One run with its attempts")
  public RunView run(@PathParam("run") String run) {
    return view(own(run));
  }

  @GET
  @Path("/runs/{run}/metrics")
  @Operation(summary = "A run's metrics per optimizer step")
  public List<Map<String, Object>> metrics(@PathParam("run") String run) {
    return metrics.of(own(run).run().identity().runId()).stream()
        .map(
            point -> {
              Map<String, Object> row = new LinkedHashMap<>();
              row.put("step", point.step());
              row.putAll(point.metrics());
              return row;
            })
        .toList();
  }

  @POST
  @Path("/runs/{run}/retry")
  @RequiresScope(KeyScope.OPERATE)
  @Operation(summary = "Trains a failed run's batches again, in a new run")
  public RunView retry(@PathParam("run") String run) {
    RunRepository.StoredRun failed = own(run);
    if (!(failed.run() instanceof Run.Failed)) {
      throw new ProblemException(
          HttpProblems.conflict(
              "run-not-failed",
              "run '" + run + "' has not failed",
              "only a failed run can be retried; see GET /v1/runs/" + run));
    }
    if (batches.giveBack(run) == 0) {
      throw new ProblemException(
          HttpProblems.conflict(
              "nothing-to-retry",
              "run '" + run + "' has no batch left to retry",
              "its batches were given back already or are no longer pending; see GET /v1/loops/"
                  + failed.run().identity().loop().loop()
                  + "/status"));
    }
    return view(failed);
  }

  private RunView view(RunRepository.StoredRun stored) {
    return RunView.of(stored, attempts.views(stored.run().identity().runId()));
  }

  private LoopId known(String name) {
    return loops.require(caller.loop(name)).id();
  }

  /** Another tenant's run is reported as unknown. */
  private RunRepository.StoredRun own(String runId) {
    return runs.find(runId)
        .filter(stored -> stored.run().identity().loop().tenant().equals(caller.tenant()))
        .orElseThrow(
            () ->
                new ProblemException(
                    HttpProblems.notFound(
                        "unknown-run",
                        "there is no run '" + runId + "'",
                        "see GET /v1/loops/{loop}/runs")));
  }
}
