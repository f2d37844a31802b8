package dev.whetstone.eval.driver;

import dev.whetstone.contracts.decision.DecisionCost;
import dev.whetstone.contracts.event.CheckpointReady;
import dev.whetstone.eval.answer.AnswerRepository;
import dev.whetstone.eval.answer.ComparedModels;
import dev.whetstone.eval.decision.DecisionFacts;
import dev.whetstone.eval.decision.DecisionFacts.ModelFacts;
import dev.whetstone.eval.evaluation.Evaluation;
import dev.whetstone.eval.evaluation.FrozenInputs;
import dev.whetstone.eval.item.EvaluationItem;
import dev.whetstone.eval.likelihood.LikelihoodCollector;
import dev.whetstone.eval.quality.HeldOutLikelihood;
import dev.whetstone.eval.score.AnchorScores;
import dev.whetstone.eval.score.ModelFactsCalculator;
import dev.whetstone.eval.score.ScoredItem;
import dev.whetstone.eval.serving.ServingPort.Answer;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Collects the informational figures of a decision. */
@ApplicationScoped
public class DecisionFactsReader {
  private final AnswerRepository answers;
  private final LikelihoodCollector likelihoods;
  private final Clock clock;

  public DecisionFactsReader(
      AnswerRepository answers, LikelihoodCollector likelihoods, Clock clock) {
    this.answers = answers;
    this.likelihoods = likelihoods;
    this.clock = clock;
  }

  DecisionFacts of(
      Evaluation evaluation,
      EvaluationMeasurement measured,
      List<EvaluationItem> items,
      List<String> notes) {
    ComparedModels compared = measured.compared();
    List<ScoredItem> scored = measured.scored();
    Map<String, HeldOutLikelihood> heldOut =
        likelihoods.totals(evaluation.loop(), compared.distinct(), items);
    Map<String, ModelFacts> models = new LinkedHashMap<>();
    if (scored.stream().anyMatch(one -> one.base() != null)) {
      models.put("base", figures(scored, ScoredItem::base, heldOut, compared.base()));
    }
    models.put("champion", figures(scored, ScoredItem::champion, heldOut, compared.champion()));
    models.put("candidate", figures(scored, ScoredItem::candidate, heldOut, compared.candidate()));
    FrozenInputs frozen = measured.frozen();
    return new DecisionFacts(
        compared.champion().servedName(),
        compared.candidate().servedName(),
        models,
        measured.repetition().asked(),
        measured.repetition().discordant(),
        scored.size(),
        seconds(evaluation),
        frozen.freshBatchIds(),
        new ArrayList<>(notes),
        frozen.faults(),
        measured.effect(),
        measured.anchors().stream().map(AnchorScores::name).toList(),
        false);
  }

  /** The figures of an evaluation that was not measured. */
  DecisionFacts ofPostponed(Evaluation evaluation, FrozenInputs frozen) {
    return new DecisionFacts(
        frozen.champion().servedName(),
        frozen.candidateName(),
        Map.of(),
        0,
        0,
        0,
        seconds(evaluation),
        frozen.freshBatchIds(),
        frozen.notes(),
        List.of(),
        null,
        List.of(),
        true);
  }

  /** The cost of training and of the questions that this evaluation asked. */
  DecisionCost cost(CheckpointReady ready, Evaluation evaluation) {
    return new DecisionCost(
        ready.gpuSeconds(), ready.tokens() + answers.tokensAskedBy(evaluation), 0, 0);
  }

  private double seconds(Evaluation evaluation) {
    return Duration.between(evaluation.startedAt(), clock.instant()).toMillis() / 1000.0;
  }

  private static ModelFacts figures(
      List<ScoredItem> scored,
      Function<ScoredItem, @Nullable Answer> answer,
      Map<String, HeldOutLikelihood> heldOut,
      ComparedModels.Model model) {
    return ModelFactsCalculator.of(scored, answer, heldOut.get(model.key()));
  }
}
