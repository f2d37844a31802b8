package dev.whetstone.eval.score;

import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.eval.answer.AnswerCollector;
import dev.whetstone.eval.answer.AnswerRepository;
import dev.whetstone.eval.answer.ComparedModels;
import dev.whetstone.eval.answer.RefusalRate;
import dev.whetstone.eval.evaluation.Evaluation;
import dev.whetstone.eval.item.EvaluationItem;
import dev.whetstone.eval.serving.ServingPort.Answer;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Map;

/** Checks whether the champion's answers are reliable, or distorted by its server. */
@ApplicationScoped
public class ReliabilityCheck {
  private final AnswerRepository answers;

  public ReliabilityCheck(AnswerRepository answers) {
    this.answers = answers;
  }

  /** Compares the champion's two answers to the repeated items. */
  public ReproducibilityResult repetition(
      Evaluation evaluation, LoopSpec loop, ComparedModels compared, List<EvaluationItem> items) {
    String key = compared.champion().key();
    Map<String, Answer> first = answers.of(evaluation.loop(), key, AnswerRepository.FIRST_SAMPLE);
    Map<String, Answer> again = answers.of(evaluation.loop(), key, evaluation.id());
    List<EvaluationItem> repeated = repeated(loop, items);
    int discordant = 0;
    for (EvaluationItem item : repeated) {
      double before = ScoredItem.score(item, AnswerRepository.require(first, item));
      double after = ScoredItem.score(item, AnswerRepository.require(again, item));
      discordant += before == after ? 0 : 1;
    }
    return new ReproducibilityResult(repeated.size(), discordant);
  }

  /**
   * Returns doubts if the server refused too many of the champion's questions: the first time, or
   * when they were repeated, since it may refuse then although it answered the first time.
   */
  public List<String> refusals(
      Evaluation evaluation, LoopSpec loop, ComparedModels compared, List<EvaluationItem> items) {
    String key = compared.champion().key();
    List<String> doubts =
        refused(evaluation, key, AnswerRepository.FIRST_SAMPLE, items)
            .doubts(loop.spec().evaluation());
    return doubts.isEmpty()
        ? refused(evaluation, key, evaluation.id(), repeated(loop, items))
            .doubts(loop.spec().evaluation())
        : doubts;
  }

  private RefusalRate refused(
      Evaluation evaluation, String modelKey, String sample, List<EvaluationItem> items) {
    return RefusalRate.of(
        items,
        answers.of(evaluation.loop(), modelKey, sample),
        answers.refusals(evaluation.loop(), modelKey, sample));
  }

  private static List<EvaluationItem> repeated(LoopSpec loop, List<EvaluationItem> items) {
    return AnswerCollector.repeated(items, loop.spec().evaluation().reproducibilityItems());
  }
}
