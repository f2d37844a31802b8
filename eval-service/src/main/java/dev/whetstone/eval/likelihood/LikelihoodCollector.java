package dev.whetstone.eval.likelihood;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.loop.GateRole;
import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.eval.answer.ComparedModels;
import dev.whetstone.eval.answer.ComparedModels.Model;
import dev.whetstone.eval.config.EvalConfig;
import dev.whetstone.eval.evaluation.Evaluation;
import dev.whetstone.eval.evaluation.FrozenInputs;
import dev.whetstone.eval.item.EvaluationItem;
import dev.whetstone.eval.metrics.EvalMetrics;
import dev.whetstone.eval.quality.HeldOutLikelihood;
import dev.whetstone.kit.store.ObjectStore;
import dev.whetstone.kit.store.ObjectStoreException;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Collects held-out loss and token accuracy of FRESH references from a scoring job. They are
 * informational: an evaluation waits for them up to a deadline and then decides without them.
 */
@ApplicationScoped
public class LikelihoodCollector {
  private static final Logger LOG = Logger.getLogger(LikelihoodCollector.class);
  private final ScoringRequester requester;
  private final ScoringRepository scorings;
  private final LikelihoodRepository likelihoods;
  private final ScoreStorage scoreStorage;
  private final ObjectStore store;
  private final EvalConfig config;
  private final EvalMetrics metrics;
  private final Clock clock;

  public LikelihoodCollector(
      ScoringRequester requester,
      ScoringRepository scorings,
      LikelihoodRepository likelihoods,
      ScoreStorage scoreStorage,
      ObjectStore store,
      EvalConfig config,
      EvalMetrics metrics,
      Clock clock) {
    this.requester = requester;
    this.scorings = scorings;
    this.likelihoods = likelihoods;
    this.scoreStorage = scoreStorage;
    this.store = store;
    this.config = config;
    this.metrics = metrics;
    this.clock = clock;
  }

  /** Whether an evaluation waits for nothing but its scores, and what for. Reads one row. */
  public Optional<String> awaited(Evaluation evaluation) {
    return scorings
        .find(evaluation.id())
        .filter(RequestedScoring::answersComplete)
        .filter(scoring -> scoring.state() == RequestedScoring.State.REQUESTED)
        .filter(scoring -> !scoring.isOverdue(clock.instant()))
        .map(LikelihoodCollector::awaited);
  }

  /** Requests what is missing, once per evaluation. */
  public void request(
      Evaluation evaluation, LoopSpec loop, FrozenInputs frozen, List<EvaluationItem> items) {
    if (scorings.find(evaluation.id()).isPresent()) {
      return;
    }
    List<EvaluationItem> missing =
        missing(evaluation.loop(), models(loop, frozen, evaluation), measured(items));
    if (!missing.isEmpty()) {
      requester.request(evaluation, loop, frozen, missing);
    }
  }

  /**
   * Stores the scores if they are there. Call it when all answers are collected.
   *
   * @param notes gets a sentence on what is not measured
   * @return what the evaluation still waits for
   */
  public Optional<String> collect(
      Evaluation evaluation,
      LoopSpec loop,
      FrozenInputs frozen,
      List<EvaluationItem> items,
      List<String> notes) {
    Optional<RequestedScoring> found = scorings.find(evaluation.id());
    if (found.isEmpty()) {
      return Optional.empty();
    }
    RequestedScoring scoring = found.get();
    if (scoring.state() == RequestedScoring.State.REQUESTED
        && !scoring.isOverdue(clock.instant())) {
      scorings.answersComplete(scoring.id());
      return Optional.of(awaited(scoring));
    }
    Optional<String> failure =
        switch (scoring.state()) {
          case REQUESTED -> Optional.of(giveUp(scoring));
          case COMPLETED ->
              scoreStorage.store(scoring, models(loop, frozen, evaluation), measured(items));
          case STORED -> Optional.empty();
          case FAILED -> Optional.of(scoring.reason());
        };
    failure.ifPresentOrElse(
        reason -> notes.add("held-out likelihood is not measured: " + reason),
        () -> leftOut(scoring).ifPresent(notes::add));
    metrics.likelihoods(failure.isEmpty());
    deleteItems(scoring);
    return Optional.empty();
  }

  /** What remains is deleted with the job. */
  private void deleteItems(RequestedScoring scoring) {
    try {
      store.delete(ScoringRequester.itemsKey(scoring.id()));
    } catch (ObjectStoreException e) {
      LOG.infof("scoring-items-kept scoring=%s reason=%s", scoring.id(), e.getMessage());
    }
  }

  private String giveUp(RequestedScoring scoring) {
    String reason =
        "the scoring job did not end within %s (whetstone.eval.likelihood-wait); the status of the"
            + " loop at the training service says what it waits for";
    String text = reason.formatted(config.likelihoodWait());
    scorings.fail(scoring.id(), text);
    return text;
  }

  /** Totals over the references that were measured for every model, by model key. */
  public Map<String, HeldOutLikelihood> totals(
      LoopId loop, List<Model> models, List<EvaluationItem> items) {
    Map<String, Map<String, HeldOutLikelihood>> known = known(loop, models);
    List<String> shared =
        measured(items).stream()
            .map(EvaluationItem::questionSha256)
            .filter(
                question -> known.values().stream().allMatch(model -> model.containsKey(question)))
            .toList();
    Map<String, HeldOutLikelihood> totals = new HashMap<>();
    for (Model model : models) {
      HeldOutLikelihood total =
          HeldOutLikelihood.sum(shared.stream().map(known.get(model.key())::get).toList());
      if (total.tokens() > 0) {
        totals.put(model.key(), total);
      }
    }
    return totals;
  }

  private List<EvaluationItem> missing(
      LoopId loop, List<Model> models, List<EvaluationItem> items) {
    Map<String, Map<String, HeldOutLikelihood>> known = known(loop, models);
    return items.stream()
        .filter(
            item ->
                known.values().stream()
                    .anyMatch(model -> !model.containsKey(item.questionSha256())))
        .toList();
  }

  private Map<String, Map<String, HeldOutLikelihood>> known(LoopId loop, List<Model> models) {
    Map<String, Map<String, HeldOutLikelihood>> known = new HashMap<>();
    models.forEach(model -> known.put(model.key(), likelihoods.of(loop, model.key())));
    return known;
  }

  private List<EvaluationItem> measured(List<EvaluationItem> items) {
    return items.stream()
        .filter(item -> item.role() == GateRole.FRESH && item.reference() != null)
        .limit(config.likelihoodItems())
        .toList();
  }

  private static List<Model> models(LoopSpec loop, FrozenInputs frozen, Evaluation evaluation) {
    return ComparedModels.of(loop, frozen, evaluation.checkpointId()).distinct();
  }

  private static String awaited(RequestedScoring scoring) {
    return "all answers are collected; waiting for the scoring job of the reference answers, until "
        + scoring.deadline();
  }

  private static Optional<String> leftOut(RequestedScoring scoring) {
    return scoring.leftOut() == 0
        ? Optional.empty()
        : Optional.of(
            "held-out likelihood omits %d items that cannot be scored, for example %s"
                .formatted(scoring.leftOut(), scoring.reason()));
  }
}
