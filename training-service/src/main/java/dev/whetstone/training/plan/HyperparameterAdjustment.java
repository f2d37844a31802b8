package dev.whetstone.training.plan;

import java.util.List;

/**
 * Adjustment of a loop's hyperparameters, learned from its earlier runs.
 *
 * @param learningRateFactor factor on the base learning rate, ¼ to 4
 * @param epochsDelta epochs added to (or taken from) what the amount of data suggests
 * @param reasons of the last change, in sentences
 */
public record HyperparameterAdjustment(
    double learningRateFactor, int epochsDelta, List<String> reasons) {
  /** Before the first run. */
  public static final HyperparameterAdjustment NOTHING =
      new HyperparameterAdjustment(1.0, 0, List.of());

  static final double MIN_FACTOR = 0.25;
  static final double MAX_FACTOR = 4.0;
  static final int MIN_DELTA = -3;
  static final int MAX_DELTA = 6;

  public HyperparameterAdjustment {
    learningRateFactor = Math.clamp(learningRateFactor, MIN_FACTOR, MAX_FACTOR);
    epochsDelta = Math.clamp(epochsDelta, MIN_DELTA, MAX_DELTA);
    reasons = List.copyOf(reasons);
  }
}
