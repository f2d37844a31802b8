package dev.whetstone.eval.driver;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.eval.champion.Champion;
import dev.whetstone.eval.champion.ChampionRepository;
import dev.whetstone.eval.checkpoint.Checkpoint;
import dev.whetstone.eval.checkpoint.CheckpointRepository;
import dev.whetstone.eval.config.EvalConfig;
import dev.whetstone.eval.evaluation.Evaluation;
import dev.whetstone.eval.evaluation.EvaluationRepository;
import dev.whetstone.eval.evaluation.EvaluationState.Asking;
import dev.whetstone.eval.evaluation.EvaluationState.Decided;
import dev.whetstone.eval.evaluation.EvaluationState.Superseded;
import dev.whetstone.eval.evaluation.EvaluationState.Waiting;
import dev.whetstone.eval.evaluation.FrozenInputs;
import dev.whetstone.eval.evaluation.WaitingLimit;
import dev.whetstone.eval.registry.LoopRegistry;
import dev.whetstone.kit.loop.DeclaredLoop;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Moves a loop's evaluations from state to state: begins the next one, freezes its inputs, collects
 * the answers, decides. Every step can be repeated after a crash at any line.
 */
@ApplicationScoped
public class EvaluationDriver {
  private static final Logger LOG = Logger.getLogger(EvaluationDriver.class);
  private final LoopRegistry registry;
  private final ChampionRepository champions;
  private final CheckpointRepository checkpoints;
  private final EvaluationPlanner planner;
  private final EvaluationRepository evaluations;
  private final EvaluationPreparer preparer;
  private final AskingStep asking;
  private final EvaluationCompletion completion;
  private final WaitingLimit limit;
  private final EvalConfig config;
  private final Clock clock;

  public EvaluationDriver(
      LoopRegistry registry,
      ChampionRepository champions,
      CheckpointRepository checkpoints,
      EvaluationPlanner planner,
      EvaluationRepository evaluations,
      EvaluationPreparer preparer,
      AskingStep asking,
      EvaluationCompletion completion,
      WaitingLimit limit,
      EvalConfig config,
      Clock clock) {
    this.registry = registry;
    this.champions = champions;
    this.checkpoints = checkpoints;
    this.planner = planner;
    this.evaluations = evaluations;
    this.preparer = preparer;
    this.asking = asking;
    this.completion = completion;
    this.limit = limit;
    this.config = config;
    this.clock = clock;
  }

  /**
   * Makes steps until no further step is possible now.
   *
   * @return when to check again; empty if only news about the loop can make another step possible
   */
  Optional<Instant> work(LoopId loop) {
    if (registry.current(loop).isEmpty()) {
      LOG.debugf("deleted loop=%s", loop);
      return Optional.empty();
    }
    while (step(loop)) {
      LOG.debugf("step loop=%s", loop);
    }
    return evaluations
        .open(loop)
        .map(Evaluation::nextAttemptAt)
        .or(() -> planner.recheck(loop, clock.instant()));
  }

  /** A paused loop ends its evaluation under way and begins no other. */
  private boolean mayBegin(LoopId loop) {
    return registry.current(loop).filter(declared -> !declared.isPaused()).isPresent();
  }

  /** Makes one step. Returns whether another one may follow at once. */
  private boolean step(LoopId loop) {
    Optional<Evaluation> open = evaluations.open(loop);
    if (open.isEmpty()) {
      Optional<EvaluationPlanner.Next> next =
          mayBegin(loop) ? planner.next(loop) : Optional.empty();
      next.ifPresent(n -> evaluations.begin(loop, n.checkpointId(), n.generation(), n.look()));
      return next.isPresent();
    }
    Evaluation evaluation = open.get();
    if (evaluation.nextAttemptAt().isAfter(clock.instant())) {
      return false;
    }
    try {
      return switch (evaluation.state()) {
        case Waiting waiting -> prepare(evaluation, waiting);
        case Asking frozen -> asking.run(evaluation, frozen);
        case Decided _ -> false;
        case Superseded _ -> false;
      };
    } catch (RuntimeException e) {
      LOG.warnf("evaluation-postponed id=%s reason=%s", evaluation.id(), e.getMessage());
      LOG.debug("evaluation-postponed", e);
      evaluations.postpone(evaluation, String.valueOf(e.getMessage()), config.backoff(), true);
      return false;
    }
  }

  private boolean prepare(Evaluation evaluation, Waiting waiting) {
    LoopId loop = evaluation.loop();
    Champion champion = champions.current(loop).orElseThrow();
    if (champion.generation() != evaluation.generation()) {
      completion.restart(evaluation, waiting.superseded(championChanged(champion)), champion);
      return true;
    }
    Optional<String> awaited = preparer.awaited(loop);
    if (awaited.isPresent()) {
      evaluations.restartPatience(evaluation, awaited.get(), config.retryPause());
      return false;
    }
    Checkpoint checkpoint = checkpoints.find(loop, evaluation.checkpointId()).orElseThrow();
    boolean late = limit.isOver(evaluation);
    Optional<String> missing = preparer.missing(checkpoint);
    if (missing.isPresent() && !late) {
      evaluations.postpone(evaluation, missing.get(), config.backoff(), false);
      return false;
    }
    DeclaredLoop declared = registry.current(loop).orElseThrow();
    FrozenInputs frozen = preparer.freeze(declared, champion, checkpoint, evaluation.look(), late);
    return evaluations.move(evaluation, waiting.frozen(frozen));
  }

  static String championChanged(Champion champion) {
    return "the champion changed to generation " + champion.generation();
  }
}
