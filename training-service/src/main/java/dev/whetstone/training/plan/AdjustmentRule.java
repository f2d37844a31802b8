package dev.whetstone.training.plan;

import dev.whetstone.contracts.run.StatusReport.StepMetrics;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/** Adjusts the next run's hyperparameters by the loss curves of the run that ended. */
public final class AdjustmentRule {
  static final String TRAIN_LOSS = "train_loss";
  static final String VALID_LOSS = "valid_loss";

  /** Ratio of final to initial training loss above which a run counts as diverging. */
  static final double DIVERGING = 1.25;

  /** Fewer steps make initial and final loss single, noisy values. */
  static final int MIN_POINTS = 10;

  /** Relative change of the loss below which it counts as barely moving. */
  static final double BARELY = 0.02;

  /** Ratio of the last to the least validation loss above which it counts as rising. */
  static final double RISING = 1.02;

  /**
   * Relative decrease between the last two validations above which the loss counts as still
   * falling.
   */
  static final double STILL_FALLING = 0.01;

  private AdjustmentRule() {}

  /**
   * @param before the adjustment that the ended run started with
   * @param history its metrics, in order of steps
   */
  public static HyperparameterAdjustment after(
      HyperparameterAdjustment before, List<StepMetrics> history) {
    List<Double> train = series(history, TRAIN_LOSS);
    List<Double> valid = series(history, VALID_LOSS);
    List<String> reasons = new ArrayList<>();
    double factor = before.learningRateFactor();
    int delta = before.epochsDelta();
    if (train.isEmpty()) {
      return before;
    }
    if (diverging(train) || valid.stream().anyMatch(AdjustmentRule::broken)) {
      reasons.add(
          sentence(
              "training loss went from %s to %s: learning rate halved", start(train), end(train)));
      return new HyperparameterAdjustment(factor / 2, delta, reasons);
    }
    if (overfitting(train, valid)) {
      reasons.add(
          sentence(
              "validation loss rose to %s after %s while training loss fell: one epoch fewer",
              valid.getLast(), least(valid)));
      delta -= 1;
    } else if (barelyMoving(train, valid)) {
      reasons.add(
          sentence(
              "training loss barely moved (%s to %s): learning rate doubled",
              start(train), end(train)));
      factor *= 2;
    } else if (stillFalling(valid)) {
      reasons.add(
          sentence(
              "validation loss was still falling (%s to %s): one epoch more",
              valid.get(valid.size() - 2), valid.getLast()));
      delta += 1;
    }
    return new HyperparameterAdjustment(factor, delta, reasons);
  }

  /** The adjustment after a run that its worker ended because the loss was not a number. */
  public static HyperparameterAdjustment afterDivergence(HyperparameterAdjustment before) {
    return new HyperparameterAdjustment(
        before.learningRateFactor() / 2,
        before.epochsDelta(),
        List.of("training diverged (a loss was not a number): learning rate halved"));
  }

  private static boolean diverging(List<Double> train) {
    boolean rising = train.size() >= MIN_POINTS && end(train) > DIVERGING * start(train);
    return rising || train.stream().anyMatch(AdjustmentRule::broken);
  }

  private static boolean overfitting(List<Double> train, List<Double> valid) {
    return valid.size() >= 2
        && valid.getLast() > RISING * least(valid)
        && end(train) < start(train);
  }

  /**
   * By both losses, where they are known: a model whose training loss alone decreases is learning.
   */
  private static boolean barelyMoving(List<Double> train, List<Double> valid) {
    boolean validStandsStill =
        valid.size() < 2
            || fall(valid.getFirst(), least(valid)) < BARELY
                && valid.getLast() <= RISING * least(valid);
    return validStandsStill && Math.abs(fall(start(train), end(train))) < BARELY;
  }

  private static boolean stillFalling(List<Double> valid) {
    return valid.size() >= 2 && fall(valid.get(valid.size() - 2), valid.getLast()) > STILL_FALLING;
  }

  private static List<Double> series(List<StepMetrics> history, String name) {
    return history.stream()
        .filter(point -> point.metrics().containsKey(name))
        .map(point -> Objects.requireNonNullElse(point.metrics().get(name), Double.NaN))
        .toList();
  }

  private static boolean broken(double loss) {
    return !Double.isFinite(loss);
  }

  private static double fall(double from, double to) {
    return from <= 0 ? 0 : (from - to) / from;
  }

  private static double least(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).min().orElseThrow();
  }

  /** Mean of the first tenth: single steps are noisy. */
  private static double start(List<Double> values) {
    return mean(values.subList(0, tenth(values)));
  }

  private static double end(List<Double> values) {
    return mean(values.subList(values.size() - tenth(values), values.size()));
  }

  private static int tenth(List<Double> values) {
    return Math.max(1, values.size() / 10);
  }

  private static double mean(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
  }

  private static String sentence(String format, double first, double second) {
    return String.format(Locale.ROOT, format, number(first), number(second));
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.4g", value);
  }
}
