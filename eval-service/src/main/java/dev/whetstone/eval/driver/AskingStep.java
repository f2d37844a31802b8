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
import dev.whetstone.eval.evaluation.FrozenInputs;
import dev.whetstone.eval.evaluation.WaitingLimit;
import dev.whetstone.eval.item.EvaluationItem;
import dev.whetstone.eval.likelihood.LikelihoodCollector;
import dev.whetstone.eval.registry.LoopRegistry;
import dev.whetstone.eval.serving.ServingException;
import dev.whetstone.eval.serving.ServingException.Kind;
import dev.whetstone.kit.store.CorruptObjectException;
import dev.whetstone.kit.store.ObjectStoreException;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The step from frozen inputs to a decision: collects the answers and decides. */
@ApplicationScoped
public class AskingStep {
  private final LoopRegistry registry;
  private final ChampionRepository champions;
  private final CheckpointRepository checkpoints;
  private final EvaluationPreparer preparer;
  private final AnswerCollector answerCollector;
  private final LikelihoodCollector likelihoods;
  private final DecisionMaker decisionMaker;
  private final EvaluationCompletion completion;
  private final ServerFailurePause failurePause;
  private final WaitingLimit limit;
  private final EvaluationRepository evaluations;
  private final EvalConfig config;

  public AskingStep(
      LoopRegistry registry,
      ChampionRepository champions,
      CheckpointRepository checkpoints,
      EvaluationPreparer preparer,
      AnswerCollector answerCollector,
      LikelihoodCollector likelihoods,
      DecisionMaker decisionMaker,
      EvaluationCompletion completion,
      ServerFailurePause failurePause,
      WaitingLimit limit,
      EvaluationRepository evaluations,
      EvalConfig config) {
    this.registry = registry;
    this.champions = champions;
    this.checkpoints = checkpoints;
    this.preparer = preparer;
    this.answerCollector = answerCollector;
    this.likelihoods = likelihoods;
    this.decisionMaker = decisionMaker;
    this.completion = completion;
    this.failurePause = failurePause;
    this.limit = limit;
    this.evaluations = evaluations;
    this.config = config;
  }

  /** Makes the step. Returns whether another one may follow at once. */
  boolean run(Evaluation evaluation, Asking asking) {
    if (restartIfChampionChanged(evaluation, asking)) {
      return true;
    }
    if (awaitsScores(evaluation, likelihoods.awaited(evaluation))) {
      return false;
    }
    LoopSpec spec = spec(evaluation.loop(), asking.frozen());
    List<EvaluationItem> items = new ArrayList<>();
    List<String> notes = new ArrayList<>(asking.frozen().notes());
    FrozenInputs frozen = asking.frozen();
    if (frozen.faults().isEmpty()) {
      frozen = read(evaluation, frozen, items);
    }
    if (frozen.faults().isEmpty()) {
      try {
        frozen = ask(evaluation, spec, frozen, items, notes);
      } catch (ServingException e) {
        return afterFailure(evaluation, asking, spec, e);
      }
    }
    if (frozen.faults().isEmpty()
        && awaitsScores(evaluation, likelihoods.collect(evaluation, spec, frozen, items, notes))) {
      return false;
    }
    return decide(evaluation, asking, spec, frozen, items, notes);
  }

  private boolean decide(
      Evaluation evaluation,
      Asking asking,
      LoopSpec spec,
      FrozenInputs measured,
      List<EvaluationItem> items,
      List<String> notes) {
    Checkpoint checkpoint = checkpoint(evaluation);
    Optional<String> taint = checkpoint.taint();
    FrozenInputs frozen =
        taint.isPresent() && !measured.faults().contains(taint.get())
            ? measured.withFaults(List.of(taint.get()))
            : measured;
    return complete(
        evaluation,
        asking,
        spec,
        decisionMaker.decide(evaluation, checkpoint, spec, frozen, items, notes));
  }

  private boolean afterFailure(
      Evaluation evaluation, Asking asking, LoopSpec spec, ServingException failure) {
    return switch (failurePause.after(evaluation, spec, failure)) {
      case ServerFailurePause.Paused _ -> false;
      case ServerFailurePause.AdapterAtFault(String fault) ->
          decide(
              evaluation,
              asking,
              spec,
              asking.frozen().withFaults(List.of(fault)),
              List.of(),
              asking.frozen().notes());
      case ServerFailurePause.Ended(String reason) ->
          complete(
              evaluation,
              asking,
              spec,
              decisionMaker.postpone(
                  evaluation, checkpoint(evaluation), spec, asking.frozen(), reason));
    };
  }

  private boolean complete(
      Evaluation evaluation, Asking asking, LoopSpec spec, DecisionMaker.Outcome outcome) {
    return completion.complete(evaluation, asking, spec, outcome)
        || restartIfChampionChanged(evaluation, asking);
  }

  private Checkpoint checkpoint(Evaluation evaluation) {
    return checkpoints.find(evaluation.loop(), evaluation.checkpointId()).orElseThrow();
  }

  /** Postpones an evaluation that waits for scores only, without asking the server again. */
  private boolean awaitsScores(Evaluation evaluation, Optional<String> awaited) {
    awaited.ifPresent(what -> evaluations.postpone(evaluation, what, config.backoff(), false));
    return awaited.isPresent();
  }

  /** Restarts the evaluation if the champion has changed. Returns whether it has. */
  private boolean restartIfChampionChanged(Evaluation evaluation, Asking asking) {
    Champion champion = champions.current(evaluation.loop()).orElseThrow();
    if (champion.generation() == evaluation.generation()) {
      return false;
    }
    completion.restart(
        evaluation, asking.superseded(EvaluationDriver.championChanged(champion)), champion);
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
      if (!(e instanceof CorruptObjectException) && !(again && limit.isOver(evaluation))) {
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

  /** Collects the answers. That the server refuses the adapter is a fault; others are thrown. */
  private FrozenInputs ask(
      Evaluation evaluation,
      LoopSpec spec,
      FrozenInputs frozen,
      List<EvaluationItem> items,
      List<String> notes) {
    likelihoods.request(evaluation, spec, frozen, items);
    try {
      notes.addAll(answerCollector.ask(evaluation, spec, frozen, items));
    } catch (ServingException e) {
      if (e.kind() == Kind.REFUSED) {
        return frozen.withFaults(
            List.of("the model server refuses the adapter: " + e.getMessage()));
      }
      throw e;
    }
    return frozen;
  }
}
