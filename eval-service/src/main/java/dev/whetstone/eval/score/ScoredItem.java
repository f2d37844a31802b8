package dev.whetstone.eval.score;

import dev.whetstone.eval.decision.Evidence;
import dev.whetstone.eval.gate.PairedScore;
import dev.whetstone.eval.item.EvaluationItem;
import dev.whetstone.eval.serving.ServingPort.Answer;
import org.jspecify.annotations.Nullable;

/** An item with each model's answer and score. */
public record ScoredItem(
    EvaluationItem item,
    @Nullable Answer base,
    Answer champion,
    Answer candidate,
    @Nullable Double baseScore,
    double championScore,
    double candidateScore) {

  public static ScoredItem of(
      EvaluationItem item, @Nullable Answer base, Answer champion, Answer candidate) {
    return new ScoredItem(
        item,
        base,
        champion,
        candidate,
        base == null ? null : score(item, base),
        score(item, champion),
        score(item, candidate));
  }

  public static double score(EvaluationItem item, Answer answer) {
    return PrimaryMetric.score(item, answer.text(), answer.finishReason());
  }

  PairedScore paired() {
    return new PairedScore(
        item.key(), item.slice(), item.cluster(), item.critical(), championScore, candidateScore);
  }

  /** The candidate's score paired with another model's in place of the champion's. */
  PairedScore pairedWith(double other) {
    return new PairedScore(
        item.key(), item.slice(), item.cluster(), item.critical(), other, candidateScore);
  }

  public Evidence.Score evidence() {
    return new Evidence.Score(
        item.key(),
        item.role(),
        item.suite(),
        item.shadow(),
        item.slice(),
        item.cluster(),
        item.critical(),
        baseScore,
        championScore,
        candidateScore);
  }

  public Evidence.Text text() {
    return new Evidence.Text(
        item.key(),
        item.messages(),
        item.reference(),
        base == null ? null : base.text(),
        champion.text(),
        candidate.text());
  }
}
