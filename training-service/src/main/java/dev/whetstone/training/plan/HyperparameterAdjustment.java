package dev.whetstone.training.plan;

import java.util.List;

/**
 * What earlier runs of a loop taught about its hyperparameters.
 *
 * @param learningRateFactor times the base learning rate, ¼ to 4
 * @param epochsDelta epochs more (or fewer) than the amount of data alone suggests
 * @param reasons of the last change, in sentences
 */
public record HyperparameterAdjustment(
    double learningRateFactor, int epochsDelta, List<String> reasons) {
  /** Before the first run. */
  public static final HyperparameterAdjustment NOTHING =
      new HyperparameterAdjustment(1.0, 0, List.of());

  static final double LEAST_FACTOR = 0.25;
  static final double GREATEST_FACTOR = 4.0;
  static final int LEAST_DELTA = -3;
  static final int GREATEST_DELTA = 6;

  public HyperparameterAdjustment {
    learningRateFactor = Math.clamp(learningRateFactor, LEAST_FACTOR, GREATEST_FACTOR);
    epochsDelta = Math.clamp(epochsDelta, LEAST_DELTA, GREATEST_DELTA);
    reasons = List.copyOf(reasons);
  }
}
