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

/** Whether the champion's answers say something of the champion, or only of its server. */
@ApplicationScoped
public class ReliabilityCheck {
  private final AnswerRepository kept;

  public ReliabilityCheck(AnswerRepository kept) {
    this.kept = kept;
  }

  public ReproducibilityResult repetition(
      Evaluation evaluation,
      LoopSpec loop,
      ComparedModels contestants,
      List<EvaluationItem> items) {
    String key = contestants.champion().key();
    Map<String, Answer> first = kept.of(evaluation.loop(), key, AnswerRepository.KEPT);
    Map<String, Answer> again = kept.of(evaluation.loop(), key, evaluation.id());
    List<EvaluationItem> repeated = repeated(loop, items);
    int discordant = 0;
    for (EvaluationItem item : repeated) {
      double before = ScoredItem.score(item, AnswerRepository.there(first, item));
      double after = ScoredItem.score(item, AnswerRepository.there(again, item));
      discordant += before == after ? 0 : 1;
    }
    return new ReproducibilityResult(repeated.size(), discordant);
  }

  /**
   * Doubts for what the server refused of the champion's questions: of all that are kept, else of
   * those asked again, which it may refuse though it once answered them.
   */
  public List<String> refusals(
      Evaluation evaluation,
      LoopSpec loop,
      ComparedModels contestants,
      List<EvaluationItem> items) {
    String key = contestants.champion().key();
    List<String> doubts =
        refused(evaluation, key, AnswerRepository.KEPT, items).doubts(loop.spec().evaluation());
    return doubts.isEmpty()
        ? refused(evaluation, key, evaluation.id(), repeated(loop, items))
            .doubts(loop.spec().evaluation())
        : doubts;
  }

  private RefusalRate refused(
      Evaluation evaluation, String modelKey, String sample, List<EvaluationItem> items) {
    return RefusalRate.of(
        items,
        kept.of(evaluation.loop(), modelKey, sample),
        kept.refusals(evaluation.loop(), modelKey, sample));
  }

  private static List<EvaluationItem> repeated(LoopSpec loop, List<EvaluationItem> items) {
    return AnswerCollector.repeated(items, loop.spec().evaluation().reproducibilityItems());
  }
}
