package dev.whetstone.training.scoring;

import dev.whetstone.contracts.run.StatusReport;
import dev.whetstone.contracts.run.WorkerDirective;
import dev.whetstone.kit.json.ContentDigests;
import dev.whetstone.kit.problem.HttpProblems;
import dev.whetstone.kit.problem.ProblemException;
import dev.whetstone.kit.time.LeaseClock;
import dev.whetstone.training.scoring.ScoringJobRepository.StoredJob;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/**
 * Records a scoring worker's report and answers with a directive. The job itself moves when the
 * worker has exited; only its newest attempt may report.
 */
@ApplicationScoped
public class ScoringReportHandler {
  private final ScoringJobRepository jobs;
  private final LeaseClock clock;

  public ScoringReportHandler(ScoringJobRepository jobs, LeaseClock clock) {
    this.jobs = jobs;
    this.clock = clock;
  }

  /**
   * @throws ProblemException 401 for another token, 404 for an unknown job, 409 for a stale attempt
   */
  public WorkerDirective receive(ScoringAttemptId attempt, String token, StatusReport report) {
    return QuarkusTransaction.requiringNew().call(() -> record(attempt, token, report));
  }

  private WorkerDirective record(ScoringAttemptId attempt, String token, StatusReport report) {
    StoredJob stored =
        jobs.lock(attempt.jobId())
            .orElseThrow(
                () ->
                    new ProblemException(
                        HttpProblems.notFound(
                            "unknown-attempt",
                            "there is no attempt '" + attempt.text() + "'",
                            null)));
    if (!(stored.job() instanceof ScoringJob.Unfinished job)
        || job instanceof ScoringJob.Waiting
        || job.fence() != attempt.fence()
        || report.fence() != attempt.fence()) {
      throw new ProblemException(
          HttpProblems.conflict(
              "stale-fence",
              "attempt '%s' is not the live attempt of its scoring job".formatted(attempt.text()),
              "exit without writing anything more"));
    }
    byte[] expected = String.valueOf(stored.tokenSha256()).getBytes(StandardCharsets.US_ASCII);
    byte[] actual = ContentDigests.sha256(token).getBytes(StandardCharsets.US_ASCII);
    if (!MessageDigest.isEqual(expected, actual)) {
      throw new ProblemException(
          HttpProblems.unauthorized("the token is not that of attempt '" + attempt.text() + "'"));
    }
    jobs.saveReport(attempt.jobId(), report);
    boolean overdue = !clock.now().isBefore(job.facts().request().deadline());
    return new WorkerDirective(
        overdue ? WorkerDirective.Action.STOP : WorkerDirective.Action.CONTINUE);
  }
}
