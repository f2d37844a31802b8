package dev.whetstone.training.report;

import dev.whetstone.contracts.run.StatusReport;
import dev.whetstone.contracts.run.WorkerDirective;
import dev.whetstone.kit.auth.AuthenticatesItself;
import dev.whetstone.kit.problem.HttpProblems;
import dev.whetstone.kit.problem.ProblemException;
import dev.whetstone.training.scoring.ScoringAttemptId;
import dev.whetstone.training.scoring.ScoringReportHandler;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.jspecify.annotations.Nullable;

/** The status endpoint of workers. */
@Path("/v1/attempts/{attempt}/status")
@Produces(MediaType.APPLICATION_JSON)
public class AttemptStatusResource {
  private static final String SCHEME = "Bearer ";
  private final StatusReportHandler reports;
  private final ScoringReportHandler scoringReports;

  public AttemptStatusResource(StatusReportHandler reports, ScoringReportHandler scoringReports) {
    this.reports = reports;
    this.scoringReports = scoringReports;
  }

  @POST
  @AuthenticatesItself(by = "the token of the attempt")
  @Blocking
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(summary = "Reports an attempt's progress; renews its lease")
  @APIResponse(responseCode = "200", description = "The directive that the worker follows")
  @APIResponse(responseCode = "401", description = "The token is not that of the attempt")
  @APIResponse(
      responseCode = "409",
      description = "The attempt is no longer the live one of its run")
  public WorkerDirective report(
      @PathParam("attempt") String attempt,
      @HeaderParam("Authorization") @Nullable String authorization,
      @Nullable StatusReport report) {
    if (authorization == null || !authorization.startsWith(SCHEME)) {
      throw new ProblemException(
          HttpProblems.unauthorized("a report needs the token that the worker was started with"));
    }
    if (report == null || report.phase() == null) {
      throw new ProblemException(
          HttpProblems.badRequest(
              "invalid-report",
              "a report needs a phase",
              "/phase",
              "one of loading, training, scoring, saving, done, failed"));
    }
    String token = authorization.substring(SCHEME.length()).strip();
    return ScoringAttemptId.of(attempt)
        .map(scoring -> scoringReports.receive(scoring, token, report))
        .orElseGet(() -> reports.receive(attempt, token, report));
  }
}
