package dev.whetstone.training.report;

import dev.whetstone.contracts.run.Directive;
import dev.whetstone.contracts.run.StatusReport;
import dev.whetstone.kit.json.Digests;
import dev.whetstone.kit.loop.DeclaredLoops;
import dev.whetstone.kit.problem.ProblemException;
import dev.whetstone.kit.problem.Problems;
import dev.whetstone.kit.time.LeaseClock;
import dev.whetstone.training.run.Attempt;
import dev.whetstone.training.run.AttemptEnd;
import dev.whetstone.training.run.Attempts;
import dev.whetstone.training.run.Attempts.StoredAttempt;
import dev.whetstone.training.run.CheckpointOutput;
import dev.whetstone.training.run.GpuBudget;
import dev.whetstone.training.run.Run;
import dev.whetstone.training.run.RunEnding;
import dev.whetstone.training.run.RunIdentity;
import dev.whetstone.training.run.RunMetrics;
import dev.whetstone.training.run.Runs;
import dev.whetstone.training.run.Runs.StoredRun;
import dev.whetstone.training.run.TrainingConfig;
import dev.whetstone.training.run.TrainingMetrics;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;

/**
 * Takes a worker's word and answers what it shall do. Only the live attempt of a run is heard: any
 * other gets 409 and changes nothing (I3).
 */
@ApplicationScoped
public class StatusReports {
  private static final Directive CONTINUE = new Directive(Directive.Action.CONTINUE);
  private static final Directive SAVE_AND_STOP = new Directive(Directive.Action.SAVE_AND_STOP);
  private static final Directive STOP = new Directive(Directive.Action.STOP);

  private final Runs runs;
  private final Attempts attempts;
  private final RunMetrics metrics;
  private final GpuBudget budget;
  private final DeclaredLoops loops;
  private final RunEnding ending;
  private final CheckpointOutput output;
  private final LeaseClock clock;
  private final TrainingConfig config;
  private final MeterRegistry registry;

  public StatusReports(
      Runs runs,
      Attempts attempts,
      RunMetrics metrics,
      GpuBudget budget,
      DeclaredLoops loops,
      RunEnding ending,
      CheckpointOutput output,
      LeaseClock clock,
      TrainingConfig config,
      MeterRegistry registry) {
    this.runs = runs;
    this.attempts = attempts;
    this.metrics = metrics;
    this.budget = budget;
    this.loops = loops;
    this.ending = ending;
    this.output = output;
    this.clock = clock;
    this.config = config;
    this.registry = registry;
  }

  /**
   * @throws ProblemException 401 for another token, 404 for an unknown attempt, 409 for a stale one
   */
  public Directive take(String attemptId, String token, StatusReport report) {
    StoredAttempt seen = authenticated(attemptId, token);
    try {
      Directive answer =
          report.phase() == StatusReport.Phase.DONE
              ? done(seen.attempt(), report)
              : QuarkusTransaction.requiringNew().call(() -> progress(attemptId, report));
      count(answer.directive().name().toLowerCase(java.util.Locale.ROOT));
      return answer;
    } catch (ProblemException e) {
      count(e.problem().code());
      throw e;
    }
  }

  private StoredAttempt authenticated(String attemptId, String token) {
    StoredAttempt seen =
        attempts
            .find(attemptId)
            .orElseThrow(
                () ->
                    new ProblemException(
                        Problems.notFound(
                            "unknown-attempt", "there is no attempt '" + attemptId + "'", null)));
    byte[] expected = String.valueOf(seen.tokenSha256()).getBytes(StandardCharsets.US_ASCII);
    byte[] actual = Digests.sha256(token).getBytes(StandardCharsets.US_ASCII);
    if (!MessageDigest.isEqual(expected, actual)) {
      throw new ProblemException(
          Problems.unauthorized("the token is not that of attempt '" + attemptId + "'"));
    }
    return seen;
  }

  private Directive progress(String attemptId, StatusReport report) {
    StoredAttempt locked = attempts.lock(attemptId).orElseThrow();
    Attempt.Facts facts = locked.attempt().facts();
    StoredRun run = runs.find(facts.runId()).orElseThrow();
    Attempt.Live live = live(locked, run.run(), report);
    Instant now = clock.now();
    attempts.save(live.reported(report, now, locked.lease()));
    attempts.saveProgress(attemptId, report);
    metrics.add(facts.runId(), facts.fence(), report.history());
    if (run.supersedeReason() != null) {
      return STOP;
    }
    return budgetIsSpent(run.run().identity(), now) ? SAVE_AND_STOP : CONTINUE;
  }

  /** Its worker saves and makes room; the run waits for the budget and goes on from there. */
  private boolean budgetIsSpent(RunIdentity run, Instant now) {
    return loops
        .bySha(run.loop(), run.loopSpecSha256())
        .map(declared -> budget.isSpent(run.loop(), declared.spec().spec().budgets(), now))
        .orElse(false);
  }

  /** A report may overtake the reconciler's note that the worker was started. */
  private Attempt.Live live(StoredAttempt locked, Run run, StatusReport report) {
    Attempt.Facts facts = locked.attempt().facts();
    boolean current = run instanceof Run.Active && run.fence() == facts.fence();
    if (!current || report.fence() != facts.fence()) {
      throw stale(facts);
    }
    return switch (locked.attempt()) {
      case Attempt.Live live -> live;
      case Attempt.Starting starting -> starting.launched(clock.now(), config.launchGrace());
      case Attempt.Ended _ -> throw stale(facts);
    };
  }

  /** The output is verified before the transaction: it may be large. */
  private Directive done(Attempt seen, StatusReport report) {
    Attempt.Facts facts = seen.facts();
    if (report.fence() != facts.fence()) {
      throw stale(facts);
    }
    if (hasSucceeded(seen)) {
      return CONTINUE;
    }
    CheckpointOutput.Verdict verdict = output.verify(facts.runId(), facts.fence(), report.result());
    return QuarkusTransaction.requiringNew().call(() -> done(facts, report, verdict));
  }

  private Directive done(
      Attempt.Facts facts, StatusReport report, CheckpointOutput.Verdict verdict) {
    StoredRun run = runs.lock(facts.runId()).orElseThrow();
    StoredAttempt locked = attempts.lock(facts.attemptId()).orElseThrow();
    if (hasSucceeded(locked.attempt())) {
      return CONTINUE;
    }
    if (run.supersedeReason() != null) {
      return STOP;
    }
    if (!(run.run() instanceof Run.Active active)) {
      throw stale(facts);
    }
    Attempt.Live live = live(locked, active, report);
    Instant now = clock.now();
    metrics.add(facts.runId(), facts.fence(), report.history());
    attempts.saveProgress(facts.attemptId(), report);
    Attempt.Live reported = live.reported(report, now, locked.lease());
    attempts.save(reported);
    return switch (verdict) {
      case CheckpointOutput.Verdict.Whole whole -> {
        ending.succeed(run, active, reported, whole, now);
        yield CONTINUE;
      }
      case CheckpointOutput.Verdict.Broken broken -> {
        ending.endAttempt(
            run,
            active,
            reported,
            new AttemptEnd.BadOutput("the worker reports done, but " + broken.reason()),
            now);
        yield STOP;
      }
    };
  }

  /** Its worker says again what was taken already; what it left may have moved on since. */
  private static boolean hasSucceeded(Attempt attempt) {
    return attempt instanceof Attempt.Ended ended && ended.outcome().equals(Attempt.SUCCEEDED);
  }

  private void count(String answer) {
    registry.counter(TrainingMetrics.REPORTS, "answer", answer).increment();
  }

  private static ProblemException stale(Attempt.Facts facts) {
    return new ProblemException(
        Problems.conflict(
            "stale-fence",
            "attempt '%s' (fence %d) is not the live attempt of run '%s'"
                .formatted(facts.attemptId(), facts.fence(), facts.runId()),
            "end without writing anything more"));
  }
}
