package dev.whetstone.training.run;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.kit.id.Ids;
import dev.whetstone.kit.loop.DeclaredLoop;
import dev.whetstone.kit.loop.DeclaredLoops;
import dev.whetstone.kit.time.LeaseClock;
import dev.whetstone.training.batch.Batch;
import dev.whetstone.training.batch.Batches;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;

/** Makes a run of a loop's new batches once that is due; batches that wait together coalesce. */
@ApplicationScoped
public class Planner {
  private static final Logger LOG = Logger.getLogger(Planner.class);
  private static final Duration DAY = Duration.ofDays(1);

  private final Batches batches;
  private final Runs runs;
  private final Attempts attempts;
  private final Checkpoints checkpoints;
  private final DeclaredLoops loops;
  private final LeaseClock clock;
  private final Ids ids;
  private final TrainingConfig config;

  public Planner(
      Batches batches,
      Runs runs,
      Attempts attempts,
      Checkpoints checkpoints,
      DeclaredLoops loops,
      LeaseClock clock,
      Ids ids,
      TrainingConfig config) {
    this.batches = batches;
    this.runs = runs;
    this.attempts = attempts;
    this.checkpoints = checkpoints;
    this.loops = loops;
    this.clock = clock;
    this.ids = ids;
    this.config = config;
  }

  /** Looks at every loop that has a new batch. One loop's trouble does not keep it from others. */
  public void planAll() {
    for (LoopId loop : batches.loopsWithNew()) {
      try {
        QuarkusTransaction.requiringNew().run(() -> plan(loop));
      } catch (RuntimeException e) {
        LOG.errorf(e, "run-planning-failed loop=%s", loop);
      }
    }
  }

  /** Whether a loop's next run would start now, for people. */
  public PlanRule.Verdict verdict(LoopId loop) {
    return PlanRule.decide(facts(loop, batches.trainable(loop)));
  }

  private void plan(LoopId loop) {
    List<Batch> trainable = batches.lockTrainable(loop);
    switch (PlanRule.decide(facts(loop, trainable))) {
      case PlanRule.Verdict.Wait wait ->
          LOG.debugf("run-waits loop=%s reason=%s", loop, wait.reason());
      case PlanRule.Verdict.Start _ -> start(loop, trainable);
    }
  }

  private void start(LoopId loop, List<Batch> trainable) {
    Instant now = clock.now();
    List<String> batchIds = trainable.stream().map(Batch::batchId).toList();
    RunIdentity identity =
        new RunIdentity(
            ids.next("run-"), loop, batchIds, trainable.getLast().loopSpecSha256(), now);
    if (runs.insert(new Run.Waiting(identity, 0, Run.Tally.NONE, now, null))) {
      batches.takeIn(loop, batchIds, identity.runId());
      LOG.infof("run-planned loop=%s run=%s batches=%d", loop, identity.runId(), batchIds.size());
    }
  }

  private PlanRule.Facts facts(LoopId loop, List<Batch> trainable) {
    Instant now = clock.now();
    Optional<DeclaredLoop> declared =
        trainable.isEmpty()
            ? Optional.empty()
            : loops.bySha(loop, trainable.getLast().loopSpecSha256());
    return new PlanRule.Facts(
        trainable,
        runs.hasUnfinished(loop),
        declared.map(DeclaredLoop::spec),
        checkpoints.anyUndecided(loop, now.minus(config.decisionWait())),
        runs.startedSince(loop, now.minus(DAY)),
        attempts.secondsSince(loop, now.minus(DAY), now),
        config.leastSftExamples());
  }
}
