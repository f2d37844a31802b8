package dev.whetstone.eval.driver;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.eval.answer.AnswerRepository;
import dev.whetstone.eval.answer.ComparedModels;
import dev.whetstone.eval.decision.DecisionFacts.Effect;
import dev.whetstone.eval.evaluation.Evaluation;
import dev.whetstone.eval.evaluation.FrozenInputs;
import dev.whetstone.eval.item.EvaluationItem;
import dev.whetstone.eval.score.AdapterEffectRule;
import dev.whetstone.eval.score.AnchorScores;
import dev.whetstone.eval.score.ReliabilityCheck;
import dev.whetstone.eval.score.ReproducibilityResult;
import dev.whetstone.eval.score.ScoredItem;
import dev.whetstone.eval.serving.ServingPort.Answer;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Scores the stored answers of an evaluation and checks whether they measure anything. */
@ApplicationScoped
public class MeasurementReader {
  private final AnswerRepository answers;
  private final ReliabilityCheck reliability;

  public MeasurementReader(AnswerRepository answers, ReliabilityCheck reliability) {
    this.answers = answers;
    this.reliability = reliability;
  }

  /** The same answers give the same measurement. */
  EvaluationMeasurement read(
      Evaluation evaluation, LoopSpec loop, FrozenInputs frozen, List<EvaluationItem> items) {
    ComparedModels compared = ComparedModels.of(loop, frozen, evaluation.checkpointId());
    if (!frozen.faults().isEmpty()) {
      return new EvaluationMeasurement(
          frozen, compared, List.of(), List.of(), ReproducibilityResult.UNKNOWN, List.of(), null);
    }
    List<ScoredItem> scored = score(evaluation.loop(), compared, items);
    ReproducibilityResult repetition = reliability.repetition(evaluation, loop, compared, items);
    List<String> doubts = new ArrayList<>(repetition.doubts(loop));
    doubts.addAll(reliability.refusals(evaluation, loop, compared, items));
    Effect effect = AdapterEffectRule.measure(scored, ScoredItem::candidate);
    if (AdapterEffectRule.fault(effect).isPresent() && !frozen.champion().isBase()) {
      AdapterEffectRule.doubt(AdapterEffectRule.measure(scored, ScoredItem::champion))
          .ifPresent(doubts::add);
    }
    // Where items are missing, those that are left may be ones that both answer alike.
    boolean isWhole = frozen.faults().isEmpty() && frozen.holds().isEmpty();
    FrozenInputs found =
        doubts.isEmpty() && isWhole
            ? AdapterEffectRule.fault(effect).map(f -> frozen.withFaults(List.of(f))).orElse(frozen)
            : frozen;
    return new EvaluationMeasurement(
        found,
        compared,
        scored,
        anchors(evaluation.loop(), compared, items),
        repetition,
        doubts,
        effect);
  }

  private List<ScoredItem> score(LoopId loop, ComparedModels compared, List<EvaluationItem> items) {
    Map<String, Answer> base = answers(loop, compared.base());
    Map<String, Answer> champion = answers(loop, compared.champion());
    Map<String, Answer> candidate = answers(loop, compared.candidate());
    return items.stream()
        .map(
            item ->
                ScoredItem.of(
                    item,
                    base.get(item.questionSha256()),
                    AnswerRepository.require(champion, item),
                    AnswerRepository.require(candidate, item)))
        .toList();
  }

  /** The base unless it is the champion, and the former champions that answered every item. */
  private List<AnchorScores> anchors(
      LoopId loop, ComparedModels compared, List<EvaluationItem> items) {
    List<EvaluationItem> anchored = items.stream().filter(ComparedModels::isAnchored).toList();
    List<AnchorScores> anchors = new ArrayList<>();
    if (!compared.base().equals(compared.champion())) {
      add(anchors, "the base", answers(loop, compared.base()), anchored);
    }
    compared
        .anchors()
        .forEach(
            (former, model) ->
                add(anchors, "generation " + former.generation(), answers(loop, model), anchored));
    return anchors;
  }

  private static void add(
      List<AnchorScores> anchors,
      String name,
      Map<String, Answer> given,
      List<EvaluationItem> anchored) {
    Map<String, Double> scores = new HashMap<>();
    for (EvaluationItem item : anchored) {
      @Nullable Answer answer = given.get(item.questionSha256());
      if (answer == null) {
        return;
      }
      scores.put(item.key(), ScoredItem.score(item, answer));
    }
    if (!scores.isEmpty()) {
      anchors.add(new AnchorScores(name, ComparedModels.ANCHORED, scores));
    }
  }

  private Map<String, Answer> answers(LoopId loop, ComparedModels.Model model) {
    return answers.of(loop, model.key(), AnswerRepository.FIRST_SAMPLE);
  }
}
