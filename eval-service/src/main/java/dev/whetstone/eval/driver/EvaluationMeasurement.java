package dev.whetstone.eval.driver;

import dev.whetstone.eval.answer.ComparedModels;
import dev.whetstone.eval.decision.DecisionFacts.Effect;
import dev.whetstone.eval.evaluation.FrozenInputs;
import dev.whetstone.eval.score.AnchorScores;
import dev.whetstone.eval.score.ReproducibilityResult;
import dev.whetstone.eval.score.ScoredItem;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The answers of an evaluation as a decision sees them.
 *
 * @param frozen the inputs, with a fault if the measurement found one
 * @param scored empty if the candidate was not asked
 * @param anchors scores of the models that the candidate is compared with beside the champion
 * @param doubts why the measurement is void; empty if it is valid
 * @param effect of the candidate's adapter; null if it was not asked
 */
record EvaluationMeasurement(
    FrozenInputs frozen,
    ComparedModels compared,
    List<ScoredItem> scored,
    List<AnchorScores> anchors,
    ReproducibilityResult repetition,
    List<String> doubts,
    @Nullable Effect effect) {
  EvaluationMeasurement {
    scored = List.copyOf(scored);
    anchors = List.copyOf(anchors);
    doubts = List.copyOf(doubts);
  }

  boolean isVoid() {
    return !doubts.isEmpty() || !frozen.faults().isEmpty();
  }

  /** Share of the answers that a server may change although it applies the same adapter. */
  double tolerance(double declared) {
    return repetition.asked() == 0
        ? declared
        : Math.max(declared, (double) repetition.discordant() / repetition.asked());
  }
}
