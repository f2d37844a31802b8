package dev.whetstone.training.status;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.kit.auth.ApiCaller;
import dev.whetstone.kit.auth.KeyScope;
import dev.whetstone.kit.auth.RequiresScope;
import dev.whetstone.kit.loop.DeclaredLoopRepository;
import dev.whetstone.kit.problem.HttpProblems;
import dev.whetstone.kit.problem.ProblemException;
import dev.whetstone.training.attempt.AttemptRepository;
import dev.whetstone.training.attempt.AttemptView;
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
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.jspecify.annotations.Nullable;

/** REST resource of a loop's runs. */
@Path("/v1")
@Produces(MediaType.APPLICATION_JSON)
@RequiresScope(KeyScope.READ)
@Blocking
public class RunResource {
  private static final int MAX_RUNS = 100;
  private static final int MAX_STEPS = 10_000;

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
  @Operation(summary = "A loop's runs, newest first, each with its newest 100 attempts")
  public List<RunView> runs(
      @PathParam("loop") String loop,
      @Parameter(description = "runs at most, 1 to 100; 100 if absent") @QueryParam("limit")
          @Nullable Integer limit,
      @Parameter(description = "only runs older than this one: the last id of the page before")
          @QueryParam("before")
          @Nullable String before) {
    LoopId id = known(loop);
    int most = limit(limit, MAX_RUNS);
    List<RunRepository.StoredRun> page =
        before == null ? runs.newest(id, most) : runs.before(own(before).run().identity(), most);
    Map<String, List<AttemptView>> views =
        attempts.views(page.stream().map(stored -> stored.run().identity().runId()).toList());
    return page.stream()
        .filter(stored -> stored.run().identity().loop().equals(id))
        .map(
            stored ->
                RunView.of(stored, views.getOrDefault(stored.run().identity().runId(), List.of())))
        .toList();
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
  public List<Map<String, Object>> metrics(
      @PathParam("run") String run,
      @Parameter(description = "steps at most, 1 to 10000; 10000 if absent") @QueryParam("limit")
          @Nullable Integer limit,
      @Parameter(description = "only later steps") @QueryParam("after") @Nullable Long after) {
    String runId = own(run).run().identity().runId();
    return metrics.page(runId, after == null ? -1 : after, limit(limit, MAX_STEPS)).stream()
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

  private static int limit(@Nullable Integer asked, int most) {
    if (asked != null && (asked < 1 || asked > most)) {
      throw new ProblemException(
          HttpProblems.badRequest(
              "invalid-limit", "limit is " + asked, "limit", "a number from 1 to " + most));
    }
    return asked == null ? most : asked;
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
