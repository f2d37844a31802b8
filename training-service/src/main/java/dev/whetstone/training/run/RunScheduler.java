package dev.whetstone.training.run;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.kit.id.IdGenerator;
import dev.whetstone.kit.loop.DeclaredLoop;
import dev.whetstone.kit.loop.DeclaredLoopRepository;
import dev.whetstone.kit.time.LeaseClock;
import dev.whetstone.training.attempt.AttemptTimesRepository;
import dev.whetstone.training.batch.Batch;
import dev.whetstone.training.batch.BatchRepository;
import dev.whetstone.training.checkpoint.CheckpointRepository;
import dev.whetstone.training.config.TrainingConfig;
import dev.whetstone.training.plan.RunIdentity;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Creates a loop's next run from its new batches when {@link RunStartRule} allows it. Batches that
 * wait at the same time are trained together.
 */
@ApplicationScoped
public class RunScheduler {
  private static final Logger LOG = Logger.getLogger(RunScheduler.class);
  private static final Duration DAY = Duration.ofDays(1);

  private final BatchRepository batches;
  private final RunRepository runs;
  private final RunHistoryRepository history;
  private final AttemptTimesRepository attempts;
  private final CheckpointRepository checkpoints;
  private final DeclaredLoopRepository loops;
  private final LeaseClock clock;
  private final IdGenerator ids;
  private final TrainingConfig config;
  private final RunTracer traces;

  public RunScheduler(
      BatchRepository batches,
      RunRepository runs,
      RunHistoryRepository history,
      AttemptTimesRepository attempts,
      CheckpointRepository checkpoints,
      DeclaredLoopRepository loops,
      LeaseClock clock,
      IdGenerator ids,
      TrainingConfig config,
      RunTracer traces) {
    this.batches = batches;
    this.runs = runs;
    this.history = history;
    this.attempts = attempts;
    this.checkpoints = checkpoints;
    this.loops = loops;
    this.clock = clock;
    this.ids = ids;
    this.config = config;
    this.traces = traces;
  }

  /** Loops that have a batch which no run has taken yet, and may start a run. */
  public List<BatchRepository.NewBatches> loopsWithNewBatches() {
    return batches.loopsWithNew(clock.now().minus(config.decisionWait()));
  }

  /** Creates a loop's next run if it is due, in a transaction of its own. Answers its id. */
  public Optional<String> plan(LoopId loop) {
    return QuarkusTransaction.requiringNew().call(() -> planNow(loop));
  }

  /** Whether a loop's next run would start now, without starting it. */
  public RunStartRule.Answer preview(LoopId loop) {
    return RunStartRule.decide(facts(loop, batches.trainable(loop)));
  }

  private Optional<String> planNow(LoopId loop) {
    if (loops.current(loop).filter(declared -> !declared.isPaused()).isEmpty()) {
      LOG.debugf("run-waits loop=%s reason=the loop is paused or deleted", loop);
      return Optional.empty();
    }
    List<Batch> trainable = batches.lockTrainable(loop);
    return switch (RunStartRule.decide(facts(loop, trainable))) {
      case RunStartRule.Answer.Wait wait -> {
        LOG.debugf("run-waits loop=%s reason=%s", loop, wait.reason());
        yield Optional.empty();
      }
      case RunStartRule.Answer.Start _ -> insert(loop, trainable);
    };
  }

  private Optional<String> insert(LoopId loop, List<Batch> trainable) {
    Instant now = clock.now();
    List<String> batchIds = trainable.stream().map(Batch::batchId).toList();
    RunIdentity identity =
        new RunIdentity(
            ids.next("run-"), loop, batchIds, trainable.getLast().loopSpecSha256(), now);
    if (!runs.insert(new Run.Waiting(identity, 0, RunTally.NONE, now, null))) {
      return Optional.empty();
    }
    batches.takeIn(loop, batchIds, identity.runId());
    traces.planned(identity);
    LOG.infof("run-planned loop=%s run=%s batches=%d", loop, identity.runId(), batchIds.size());
    return Optional.of(identity.runId());
  }

  private RunStartRule.Facts facts(LoopId loop, List<Batch> trainable) {
    Instant now = clock.now();
    Optional<DeclaredLoop> declared =
        trainable.isEmpty()
            ? Optional.empty()
            : loops.bySha(loop, trainable.getLast().loopSpecSha256());
    return new RunStartRule.Facts(
        trainable,
        runs.hasUnfinished(loop),
        declared.map(DeclaredLoop::spec),
        checkpoints.anyUndecided(loop, now.minus(config.decisionWait())),
        history.startedSince(loop, now.minus(DAY)),
        attempts.secondsSince(loop, now.minus(DAY), now),
        config.leastSftExamples(),
        history.limited(loop));
  }
}
