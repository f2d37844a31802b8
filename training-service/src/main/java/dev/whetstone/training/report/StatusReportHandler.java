package dev.whetstone.training.report;

import dev.whetstone.contracts.run.StatusReport;
import dev.whetstone.contracts.run.WorkerDirective;
import dev.whetstone.kit.json.ContentDigests;
import dev.whetstone.kit.loop.DeclaredLoopRepository;
import dev.whetstone.kit.metrics.MeterRegistrar;
import dev.whetstone.kit.problem.HttpProblems;
import dev.whetstone.kit.problem.ProblemException;
import dev.whetstone.kit.time.LeaseClock;
import dev.whetstone.training.attempt.Attempt;
import dev.whetstone.training.attempt.AttemptEnd;
import dev.whetstone.training.attempt.AttemptRepository;
import dev.whetstone.training.attempt.AttemptRepository.StoredAttempt;
import dev.whetstone.training.attempt.GpuBudget;
import dev.whetstone.training.checkpoint.CheckpointVerifier;
import dev.whetstone.training.config.TrainingConfig;
import dev.whetstone.training.metrics.TrainingMeter;
import dev.whetstone.training.plan.RunIdentity;
import dev.whetstone.training.run.Run;
import dev.whetstone.training.run.RunFinisher;
import dev.whetstone.training.run.RunRepository;
import dev.whetstone.training.run.RunRepository.StoredRun;
import dev.whetstone.training.run.StepMetricsRepository;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Locale;

/**
 * Records a worker's report and answers with a directive. Only the live attempt of a run may
 * report: any other gets 409 and changes nothing (I3).
 */
@ApplicationScoped
public class StatusReportHandler {
  private static final WorkerDirective CONTINUE =
      new WorkerDirective(WorkerDirective.Action.CONTINUE);
  private static final WorkerDirective SAVE_AND_STOP =
      new WorkerDirective(WorkerDirective.Action.SAVE_AND_STOP);
  private static final WorkerDirective STOP = new WorkerDirective(WorkerDirective.Action.STOP);

  private final RunRepository runs;
  private final AttemptRepository attempts;
  private final StepMetricsRepository metrics;
  private final GpuBudget budget;
  private final DeclaredLoopRepository loops;
  private final RunFinisher finisher;
  private final CheckpointVerifier verifier;
  private final LeaseClock clock;
  private final TrainingConfig config;
  private final MeterRegistrar meters;

  public StatusReportHandler(
      RunRepository runs,
      AttemptRepository attempts,
      StepMetricsRepository metrics,
      GpuBudget budget,
      DeclaredLoopRepository loops,
      RunFinisher finisher,
      CheckpointVerifier verifier,
      LeaseClock clock,
      TrainingConfig config,
      MeterRegistrar meters) {
    this.runs = runs;
    this.attempts = attempts;
    this.metrics = metrics;
    this.budget = budget;
    this.loops = loops;
    this.finisher = finisher;
    this.verifier = verifier;
    this.clock = clock;
    this.config = config;
    this.meters = meters;
  }

  /**
   * @throws ProblemException 401 for another token, 404 for an unknown attempt, 409 for a stale one
   */
  public WorkerDirective receive(String attemptId, String token, StatusReport report) {
    StoredAttempt seen = authenticated(attemptId, token);
    try {
      WorkerDirective answer =
          report.phase() == StatusReport.Phase.DONE
              ? done(seen.attempt(), report)
              : QuarkusTransaction.requiringNew().call(() -> progress(attemptId, report));
      count(answer.directive().name().toLowerCase(Locale.ROOT));
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
                        HttpProblems.notFound(
                            "unknown-attempt", "there is no attempt '" + attemptId + "'", null)));
    byte[] expected = String.valueOf(seen.tokenSha256()).getBytes(StandardCharsets.US_ASCII);
    byte[] actual = ContentDigests.sha256(token).getBytes(StandardCharsets.US_ASCII);
    if (!MessageDigest.isEqual(expected, actual)) {
      throw new ProblemException(
          HttpProblems.unauthorized("the token is not that of attempt '" + attemptId + "'"));
    }
    return seen;
  }

  private WorkerDirective progress(String attemptId, StatusReport report) {
    StoredAttempt locked = attempts.lock(attemptId).orElseThrow();
    Attempt.Facts facts = locked.attempt().facts();
    StoredRun run = runs.find(facts.runId()).orElseThrow();
    Attempt.Live live = live(locked, run.run(), report);
    Instant now = clock.now();
    attempts.save(live.reported(report, now, locked.lease()));
    attempts.saveProgress(facts, report, now);
    metrics.add(facts.runId(), facts.fence(), report.history());
    if (run.supersedeReason() != null) {
      return STOP;
    }
    return budgetIsSpent(run.run().identity(), now) ? SAVE_AND_STOP : CONTINUE;
  }

  /**
   * The worker then saves a resume point and exits; the run waits for the budget and resumes there.
   */
  private boolean budgetIsSpent(RunIdentity run, Instant now) {
    return loops
        .bySha(run.loop(), run.loopSpecSha256())
        .map(declared -> budget.isSpent(run.loop(), declared.spec().spec().budgets(), now))
        .orElse(false);
  }

  /** A report may arrive before the reconciler has recorded the launch. */
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

  /** The output may be large, so it is verified before the transaction. */
  private WorkerDirective done(Attempt seen, StatusReport report) {
    Attempt.Facts facts = seen.facts();
    if (report.fence() != facts.fence()) {
      throw stale(facts);
    }
    if (hasSucceeded(seen)) {
      return CONTINUE;
    }
    CheckpointVerifier.Verification verification =
        verifier.verify(facts.runId(), facts.fence(), report.result());
    return QuarkusTransaction.requiringNew().call(() -> done(facts, report, verification));
  }

  private WorkerDirective done(
      Attempt.Facts facts, StatusReport report, CheckpointVerifier.Verification verification) {
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
    attempts.saveProgress(facts, report, now);
    Attempt.Live reported = live.reported(report, now, locked.lease());
    attempts.save(reported);
    return switch (verification) {
      case CheckpointVerifier.Verification.Valid valid -> {
        finisher.succeed(run, active, reported, valid, now);
        yield CONTINUE;
      }
      case CheckpointVerifier.Verification.Invalid invalid -> {
        finisher.endAttempt(
            run,
            active,
            reported,
            new AttemptEnd.BadOutput("the worker reports done, but " + invalid.reason()),
            now);
        yield STOP;
      }
    };
  }

  /** The worker repeats a report that was accepted; its output may have been moved since. */
  private static boolean hasSucceeded(Attempt attempt) {
    return attempt instanceof Attempt.Ended ended && ended.outcome().equals(Attempt.SUCCEEDED);
  }

  private void count(String answer) {
    meters.counter(TrainingMeter.REPORTS, answer).increment();
  }

  private static ProblemException stale(Attempt.Facts facts) {
    return new ProblemException(
        HttpProblems.conflict(
            "stale-fence",
            "attempt '%s' (fence %d) is not the live attempt of run '%s'"
                .formatted(facts.attemptId(), facts.fence(), facts.runId()),
            "exit without writing anything more"));
  }
}
