package dev.whetstone.eval.driver;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.eval.answer.AnswerCollector;
import dev.whetstone.eval.answer.HeldOutLossCollector;
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
 * Drives a loop's evaluations from row to row: begins the next, freezes it, has models asked,
 * decides. Every step can be repeated after a crash at any line.
 */
@ApplicationScoped
public class EvaluationDriver {
  private static final Logger LOG = Logger.getLogger(EvaluationDriver.class);
  private final LoopRegistry registry;
  private final ChampionRepository champions;
  private final CheckpointRepository checkpoints;
  private final EvaluationPlanner agenda;
  private final EvaluationRepository evaluations;
  private final EvaluationPreparer preparation;
  private final AnswerCollector questioning;
  private final HeldOutLossCollector foresight;
  private final DecisionMaker verdicts;
  private final EvaluationCompletion conclusion;
  private final EvalConfig config;
  private final Clock clock;
  private final Instant since;

  public EvaluationDriver(
      LoopRegistry registry,
      ChampionRepository champions,
      CheckpointRepository checkpoints,
      EvaluationPlanner agenda,
      EvaluationRepository evaluations,
      EvaluationPreparer preparation,
      AnswerCollector questioning,
      HeldOutLossCollector foresight,
      DecisionMaker verdicts,
      EvaluationCompletion conclusion,
      EvalConfig config,
      Clock clock) {
    this.registry = registry;
    this.champions = champions;
    this.checkpoints = checkpoints;
    this.agenda = agenda;
    this.evaluations = evaluations;
    this.preparation = preparation;
    this.questioning = questioning;
    this.foresight = foresight;
    this.verdicts = verdicts;
    this.conclusion = conclusion;
    this.config = config;
    this.clock = clock;
    this.since = clock.instant();
  }

  /** Whether a step could do something now. */
  boolean hasWork(LoopId loop) {
    Optional<Evaluation> open = evaluations.open(loop);
    return open.isPresent()
        ? !open.get().nextAttemptAt().isAfter(clock.instant())
        : agenda.next(loop).isPresent();
  }

  /** Goes on until nothing can be done now. */
  void work(LoopId loop) {
    while (step(loop)) {
      LOG.debugf("step loop=%s", loop);
    }
  }

  /** One step; says whether another may follow at once. */
  private boolean step(LoopId loop) {
    Optional<Evaluation> open = evaluations.open(loop);
    if (open.isEmpty()) {
      Optional<EvaluationPlanner.Next> next = agenda.next(loop);
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
        case Asking asking -> judge(evaluation, asking);
        case Decided ignored -> false;
        case Superseded ignored -> false;
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
      conclusion.restart(evaluation, waiting.superseded(movedOn(champion)), champion);
      return true;
    }
    Optional<String> awaited = preparation.awaited(loop);
    if (awaited.isPresent()) {
      evaluations.restartPatience(evaluation, awaited.get(), config.retryPause());
      return false;
    }
    Checkpoint checkpoint = checkpoints.find(loop, evaluation.checkpointId()).orElseThrow();
    boolean late = isLate(evaluation);
    Optional<String> missing = preparation.missing(checkpoint);
    if (missing.isPresent() && !late) {
      evaluations.postpone(evaluation, missing.get(), config.retryPause(), false);
      return false;
    }
    DeclaredLoop declared = registry.current(loop).orElseThrow();
    FrozenInputs frozen =
        preparation.freeze(declared, champion, checkpoint, evaluation.look(), late);
    return evaluations.move(evaluation, waiting.frozen(frozen));
  }

  /** Whether a person should be asked rather than waited any longer. */
  private boolean isLate(Evaluation evaluation) {
    Instant from = evaluation.startedAt().isAfter(since) ? evaluation.startedAt() : since;
    return clock.instant().isAfter(from.plus(config.patience()));
  }

  private boolean judge(Evaluation evaluation, Asking asking) {
    LoopId loop = evaluation.loop();
    if (overtaken(evaluation, asking)) {
      return true;
    }
    FrozenInputs frozen = asking.frozen();
    LoopSpec spec = spec(loop, frozen);
    List<EvaluationItem> items = new ArrayList<>();
    List<String> notes = new ArrayList<>(frozen.notes());
    if (frozen.faults().isEmpty()) {
      frozen = read(evaluation, frozen, items);
    }
    if (frozen.faults().isEmpty()) {
      Optional<String> refusal = ask(evaluation, spec, frozen, items, notes);
      if (refusal.isPresent()) {
        List<String> faults = List.of("the model server refuses the adapter: " + refusal.get());
        frozen = frozen.withFaults(faults);
      }
    }
    Checkpoint checkpoint = checkpoints.find(loop, evaluation.checkpointId()).orElseThrow();
    Optional<String> taint = checkpoint.taint();
    if (taint.isPresent() && !frozen.faults().contains(taint.get())) {
      frozen = frozen.withFaults(List.of(taint.get()));
    }
    DecisionMaker.Outcome outcome =
        verdicts.decide(evaluation, checkpoint, spec, frozen, items, notes);
    return conclusion.conclude(evaluation, asking, spec, outcome) || overtaken(evaluation, asking);
  }

  /** Begins anew where the champion moved on; says whether it did. */
  private boolean overtaken(Evaluation evaluation, Asking asking) {
    Champion champion = champions.current(evaluation.loop()).orElseThrow();
    if (champion.generation() == evaluation.generation()) {
      return false;
    }
    conclusion.restart(evaluation, asking.superseded(movedOn(champion)), champion);
    return true;
  }

  /** Reads the frozen items; where they will not come back, that is a fault. */
  private FrozenInputs read(
      Evaluation evaluation, FrozenInputs frozen, List<EvaluationItem> items) {
    try {
      items.addAll(preparation.items(frozen));
      return frozen;
    } catch (ObjectStoreException e) {
      // A long evaluation is late anyway, and must not end by a store that was away for a moment.
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

  /** What the server has against the adapter, if it is that; other trouble is thrown. */
  private Optional<String> ask(
      Evaluation evaluation,
      LoopSpec spec,
      FrozenInputs frozen,
      List<EvaluationItem> items,
      List<String> notes) {
    try {
      questioning.ask(evaluation, spec, frozen, items);
    } catch (ServingException e) {
      if (e.kind() == Kind.REFUSED) {
        return Optional.of(String.valueOf(e.getMessage()));
      }
      throw e;
    }
    foresight.measure(evaluation, spec, frozen, items).ifPresent(notes::add);
    return Optional.empty();
  }

  private static String movedOn(Champion champion) {
    return "the champion moved on to generation " + champion.generation();
  }
}
