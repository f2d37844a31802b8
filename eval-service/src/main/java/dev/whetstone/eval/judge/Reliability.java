package dev.whetstone.eval.judge;

import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.eval.serving.ServingPort.Answer;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Map;

/** Whether the champion's answers say something of the champion, or only of its server. */
@ApplicationScoped
public class Reliability {
  private final KeptAnswers kept;

  public Reliability(KeptAnswers kept) {
    this.kept = kept;
  }

  Reproducibility repetition(
      Evaluation evaluation, LoopSpec loop, Contestants contestants, List<JudgedItem> items) {
    String key = contestants.champion().key();
    Map<String, Answer> first = kept.of(evaluation.loop(), key, KeptAnswers.KEPT);
    Map<String, Answer> again = kept.of(evaluation.loop(), key, evaluation.id());
    List<JudgedItem> repeated = repeated(loop, items);
    int discordant = 0;
    for (JudgedItem item : repeated) {
      double before = ScoredItem.score(item, KeptAnswers.there(first, item));
      double after = ScoredItem.score(item, KeptAnswers.there(again, item));
      discordant += before == after ? 0 : 1;
    }
    return new Reproducibility(repeated.size(), discordant);
  }

  /**
   * Doubts for what the server refused of the champion's questions: of all that are kept, else of
   * those asked again, which it may refuse though it once answered them.
   */
  List<String> refusals(
      Evaluation evaluation, LoopSpec loop, Contestants contestants, List<JudgedItem> items) {
    String key = contestants.champion().key();
    List<String> doubts =
        refused(evaluation, key, KeptAnswers.KEPT, items).doubts(loop.spec().evaluation());
    return doubts.isEmpty()
        ? refused(evaluation, key, evaluation.id(), repeated(loop, items))
            .doubts(loop.spec().evaluation())
        : doubts;
  }

  private Refused refused(
      Evaluation evaluation, String modelKey, String sample, List<JudgedItem> items) {
    return Refused.of(
        items,
        kept.of(evaluation.loop(), modelKey, sample),
        kept.refusals(evaluation.loop(), modelKey, sample));
  }

  private static List<JudgedItem> repeated(LoopSpec loop, List<JudgedItem> items) {
    return Questioning.repeated(items, loop.spec().evaluation().reproducibilityItems());
  }
}
