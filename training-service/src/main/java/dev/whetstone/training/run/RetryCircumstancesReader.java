package dev.whetstone.training.run;

import dev.whetstone.kit.loop.DeclaredLoopRepository;
import dev.whetstone.training.attempt.AttemptEnd;
import dev.whetstone.training.attempt.AttemptRepository;
import dev.whetstone.training.attempt.AttemptTimesRepository;
import dev.whetstone.training.attempt.StartTimes;
import dev.whetstone.training.config.OutOfMemoryConfig;
import dev.whetstone.training.config.PreemptionConfig;
import dev.whetstone.training.plan.RunIdentity;
import dev.whetstone.training.plan.RunPlan;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;

/** Reads what the policies need to know about a run whose attempt ended. */
@ApplicationScoped
public class RetryCircumstancesReader {
  private final DeclaredLoopRepository loops;
  private final AttemptTimesRepository times;
  private final AttemptRepository attempts;
  private final PreemptionPolicy.Pauses pauses;
  private final OutOfMemoryPolicy.Pauses memoryPauses;

  public RetryCircumstancesReader(
      DeclaredLoopRepository loops,
      AttemptTimesRepository times,
      AttemptRepository attempts,
      PreemptionConfig config,
      OutOfMemoryConfig memory) {
    this.loops = loops;
    this.times = times;
    this.attempts = attempts;
    this.memoryPauses = new OutOfMemoryPolicy.Pauses(memory.firstPause(), memory.longestPause());
    this.pauses =
        new PreemptionPolicy.Pauses(
            config.attemptsWithoutPause(), config.firstPause(), config.longestPause());
  }

  /** In the transaction that has ended the attempt. */
  RetryPolicy.Circumstances of(
      RunRepository.StoredRun stored,
      Run.Active run,
      String attemptId,
      AttemptEnd end,
      Instant now) {
    RunPlan plan = stored.plan();
    RunIdentity identity = run.identity();
    StartTimes startTimes =
        end instanceof AttemptEnd.Preempted preempted && !preempted.progressed()
            ? times.startTimes(identity.loop(), identity.runId(), now)
            : StartTimes.NONE;
    return new RetryPolicy.Circumstances(
        run.tally(),
        maxAttempts(identity),
        plan == null ? 1 : plan.hyperparameters().batchSize(),
        startTimes,
        attempts.accelerator(attemptId),
        pauses,
        memoryPauses,
        now);
  }

  private int maxAttempts(RunIdentity identity) {
    return loops
        .bySha(identity.loop(), identity.loopSpecSha256())
        .map(loop -> loop.spec().spec().training().maxAttempts())
        .orElse(1);
  }
}
