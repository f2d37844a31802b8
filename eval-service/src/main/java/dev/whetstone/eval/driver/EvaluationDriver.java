package dev.whetstone.eval.driver;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.eval.answer.AnswerCollector;
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
import dev.whetstone.eval.item.EvaluationItem;
import dev.whetstone.eval.likelihood.LikelihoodCollector;
import dev.whetstone.eval.registry.LoopRegistry;
import dev.whetstone.eval.serving.ServingException;
import dev.whetstone.eval.serving.ServingException.Kind;
import dev.whetstone.kit.loop.DeclaredLoop;
import dev.whetstone.kit.store.CorruptObjectException;
import dev.whetstone.kit.store.ObjectStoreException;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
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
  private final AnswerCollector answerCollector;
  private final LikelihoodCollector likelihoods;
  private final DecisionMaker decisionMaker;
  private final EvaluationCompletion completion;
  private final EvalConfig config;
  private final Clock clock;
  private final Instant serviceStart;

  public EvaluationDriver(
      LoopRegistry registry,
      ChampionRepository champions,
      CheckpointRepository checkpoints,
      EvaluationPlanner planner,
      EvaluationRepository evaluations,
      EvaluationPreparer preparer,
      AnswerCollector answerCollector,
      LikelihoodCollector likelihoods,
      DecisionMaker decisionMaker,
      EvaluationCompletion completion,
      EvalConfig config,
      Clock clock) {
    this.registry = registry;
    this.champions = champions;
    this.checkpoints = checkpoints;
    this.planner = planner;
    this.evaluations = evaluations;
    this.preparer = preparer;
    this.answerCollector = answerCollector;
    this.likelihoods = likelihoods;
    this.decisionMaker = decisionMaker;
    this.completion = completion;
    this.config = config;
    this.clock = clock;
    this.serviceStart = clock.instant();
  }

  /** Whether a step can be made now. */
  boolean hasWork(LoopId loop) {
    Optional<Evaluation> open = evaluations.open(loop);
    return open.isPresent()
        ? !open.get().nextAttemptAt().isAfter(clock.instant())
        : planner.next(loop).isPresent();
  }

  /** Makes steps until no further step is possible now. */
  void work(LoopId loop) {
    while (step(loop)) {
      LOG.debugf("step loop=%s", loop);
    }
  }

  /** Makes one step. Returns whether another one may follow at once. */
  private boolean step(LoopId loop) {
    Optional<Evaluation> open = evaluations.open(loop);
    if (open.isEmpty()) {
      Optional<EvaluationPlanner.Next> next = planner.next(loop);
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
        case Asking asking -> evaluate(evaluation, asking);
        case Decided _ -> false;
        case Superseded _ -> false;
      };
    } catch (RuntimeException e) {
      LOG.warnf("evaluation-postponed id=%s reason=%s", evaluation.id(), e.getMessage());
      LOG.debug("evaluation-postponed", e);
      evaluations.postpone(evaluation, String.valueOf(e.getMessage()), config.retryPause(), true);
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
    boolean late = isLate(evaluation);
    Optional<String> missing = preparer.missing(checkpoint);
    if (missing.isPresent() && !late) {
      evaluations.postpone(evaluation, missing.get(), config.retryPause(), false);
      return false;
    }
    DeclaredLoop declared = registry.current(loop).orElseThrow();
    FrozenInputs frozen = preparer.freeze(declared, champion, checkpoint, evaluation.look(), late);
    return evaluations.move(evaluation, waiting.frozen(frozen));
  }

  /** Whether the time to wait is over and a person must decide. */
  private boolean isLate(Evaluation evaluation) {
    Instant from =
        evaluation.startedAt().isAfter(serviceStart) ? evaluation.startedAt() : serviceStart;
    return clock.instant().isAfter(from.plus(config.patience()));
  }

  private boolean evaluate(Evaluation evaluation, Asking asking) {
    LoopId loop = evaluation.loop();
    if (restartIfChampionChanged(evaluation, asking)) {
      return true;
    }
    if (awaitsScores(evaluation, likelihoods.awaited(evaluation))) {
      return false;
    }
    FrozenInputs frozen = asking.frozen();
    LoopSpec spec = spec(loop, frozen);
    List<EvaluationItem> items = new ArrayList<>();
    List<String> notes = new ArrayList<>(frozen.notes());
    if (frozen.faults().isEmpty()) {
      frozen = read(evaluation, frozen, items);
    }
    if (frozen.faults().isEmpty()) {
      Optional<String> refusal = ask(evaluation, spec, frozen, items);
      if (refusal.isPresent()) {
        List<String> faults = List.of("the model server refuses the adapter: " + refusal.get());
        frozen = frozen.withFaults(faults);
      } else if (awaitsScores(
          evaluation, likelihoods.collect(evaluation, spec, frozen, items, notes))) {
        return false;
      }
    }
    Checkpoint checkpoint = checkpoints.find(loop, evaluation.checkpointId()).orElseThrow();
    Optional<String> taint = checkpoint.taint();
    if (taint.isPresent() && !frozen.faults().contains(taint.get())) {
      frozen = frozen.withFaults(List.of(taint.get()));
    }
    DecisionMaker.Outcome outcome =
        decisionMaker.decide(evaluation, checkpoint, spec, frozen, items, notes);
    return completion.complete(evaluation, asking, spec, outcome)
        || restartIfChampionChanged(evaluation, asking);
  }

  /** Postpones an evaluation that waits for scores only, without asking the server again. */
  private boolean awaitsScores(Evaluation evaluation, Optional<String> awaited) {
    awaited.ifPresent(what -> evaluations.postpone(evaluation, what, config.retryPause(), false));
    return awaited.isPresent();
  }

  /** Restarts the evaluation if the champion has changed. Returns whether it has. */
  private boolean restartIfChampionChanged(Evaluation evaluation, Asking asking) {
    Champion champion = champions.current(evaluation.loop()).orElseThrow();
    if (champion.generation() == evaluation.generation()) {
      return false;
    }
    completion.restart(evaluation, asking.superseded(championChanged(champion)), champion);
    return true;
  }

  /** Reads the frozen items. Items that are lost or stay unreadable are a fault. */
  private FrozenInputs read(
      Evaluation evaluation, FrozenInputs frozen, List<EvaluationItem> items) {
    try {
      items.addAll(preparer.items(frozen));
      return frozen;
    } catch (ObjectStoreException e) {
      // A long evaluation is always late, and a short outage of the store must not end it.
      boolean again = evaluation.trouble().equals(e.getMessage());
      if (!(e instanceof CorruptObjectException) && !(again && isLate(evaluation))) {
        throw e;
      }
      return frozen.withFaults(
          List.of("the items of the evaluation cannot be read: " + e.getMessage()));
    }
  }

  private LoopSpec spec(LoopId loop, FrozenInputs frozen) {
    return CurrentEndpoints.of(
        registry.bySha(loop, frozen.policySha256()).orElseThrow().spec(),
        registry.current(loop).orElseThrow().spec());
  }

  /** Returns why the server refuses the adapter, if it does; other failures are thrown. */
  private Optional<String> ask(
      Evaluation evaluation, LoopSpec spec, FrozenInputs frozen, List<EvaluationItem> items) {
    likelihoods.request(evaluation, spec, frozen, items);
    try {
      answerCollector.ask(evaluation, spec, frozen, items);
    } catch (ServingException e) {
      if (e.kind() == Kind.REFUSED) {
        return Optional.of(String.valueOf(e.getMessage()));
      }
      throw e;
    }
    return Optional.empty();
  }

  private static String championChanged(Champion champion) {
    return "the champion changed to generation " + champion.generation();
  }
}
