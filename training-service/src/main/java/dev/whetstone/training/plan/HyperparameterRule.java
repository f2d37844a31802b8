package dev.whetstone.training.plan;

import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.contracts.run.RunSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Chooses the hyperparameters of the SFT stage from the amount of data, the loop's settings and
 * past runs.
 */
public final class HyperparameterRule {
  static final double SFT_LEARNING_RATE = 2e-4;
  static final double SHORT_RUN_FACTOR = 1.5;
  static final int SHORT_RUN_STEPS = 100;
  static final int WANTED_STEPS = 60;
  static final int MAX_EPOCHS = 10;
  static final int MIN_BATCH = 8;
  static final int MAX_BATCH = 256;
  static final double BATCH_SHARE = 0.002;

  private HyperparameterRule() {}

  /**
   * The choice.
   *
   * @param steps optimizer steps expected, replay included
   * @param reasons one sentence per value
   */
  public record Choice(RunSpec.Hyperparameters values, int steps, List<String> reasons) {
    public Choice {
      reasons = List.copyOf(reasons);
    }
  }

  private record Epochs(int count, boolean raised) {}

  /**
   * @param training the loop's settings; absent values are chosen here
   * @param examples train examples without replay, at least 1
   * @param validationExamples 0 disables early stopping
   */
  public static Choice choose(
      LoopSpec.Training training,
      int examples,
      int validationExamples,
      HyperparameterAdjustment learned) {
    List<String> reasons = new ArrayList<>();
    int batch = batchSize(training, examples, reasons);
    int stepsPerEpoch = Math.ceilDiv(mixedRows(training, examples), batch);
    Epochs epochs = epochs(training, examples, stepsPerEpoch, learned, reasons);
    int steps = stepsPerEpoch * epochs.count();
    double learningRate = learningRate(training, steps, learned, reasons);
    boolean earlyStopping = epochs.raised() && validationExamples > 0;
    if (earlyStopping) {
      reasons.add("stops early when validation loss rises, because epochs were raised");
    }
    reasons.addAll(learned.reasons());
    return new Choice(
        new RunSpec.Hyperparameters(
            epochs.count(),
            batch,
            null,
            learningRate,
            training.weightDecay(),
            training.warmupRatio(),
            false,
            earlyStopping),
        steps,
        reasons);
  }

  /** Rows of an epoch, including the share of replay. */
  static int mixedRows(LoopSpec.Training training, int examples) {
    double share = training.replay().stream().mapToDouble(LoopSpec.ReplaySet::share).sum();
    return (int) Math.max(1, Math.round(examples / (1 - Math.min(share, 0.99))));
  }

  private static int batchSize(LoopSpec.Training training, int examples, List<String> reasons) {
    if (training.batchSize() != null) {
      reasons.add("batch " + training.batchSize() + ": set by the loop");
      return training.batchSize();
    }
    int batch = (int) Math.clamp(Math.round(BATCH_SHARE * examples), MIN_BATCH, MAX_BATCH);
    reasons.add("batch " + batch + ": 0.2 % of " + examples + " examples, within 8 to 256");
    return batch;
  }

  private static Epochs epochs(
      LoopSpec.Training training,
      int examples,
      int stepsPerEpoch,
      HyperparameterAdjustment learned,
      List<String> reasons) {
    if (training.epochs() != null) {
      reasons.add("epochs " + training.epochs() + ": set by the loop");
      return new Epochs(training.epochs(), false);
    }
    int bySize = examples < 1_000 ? 4 : examples < 10_000 ? 3 : examples < 300_000 ? 2 : 1;
    int wanted = Math.clamp(bySize + learned.epochsDelta(), 1, MAX_EPOCHS);
    int needed = Math.min(MAX_EPOCHS, Math.ceilDiv(WANTED_STEPS, stepsPerEpoch));
    if (needed > wanted) {
      reasons.add(
          "epochs %d: raised from %d to reach %d optimizer steps (at most %d epochs)"
              .formatted(needed, wanted, WANTED_STEPS, MAX_EPOCHS));
      return new Epochs(needed, true);
    }
    String past =
        learned.epochsDelta() == 0 ? "" : ", %+d after past runs".formatted(learned.epochsDelta());
    reasons.add("epochs " + wanted + ": " + bySize + " for " + examples + " examples" + past);
    return new Epochs(wanted, false);
  }

  private static double learningRate(
      LoopSpec.Training training,
      int steps,
      HyperparameterAdjustment learned,
      List<String> reasons) {
    double base;
    String why;
    if (training.baseLearningRate() != null) {
      base = training.baseLearningRate();
      why = "set by the loop";
    } else if (steps < SHORT_RUN_STEPS) {
      base = SFT_LEARNING_RATE * SHORT_RUN_FACTOR;
      why = "2e-4 × 1.5 for fewer than " + SHORT_RUN_STEPS + " optimizer steps (" + steps + ")";
    } else {
      base = SFT_LEARNING_RATE;
      why = "2e-4 for SFT";
    }
    double rate = base * learned.learningRateFactor();
    String past =
        learned.learningRateFactor() == 1.0
            ? ""
            : String.format(Locale.ROOT, ", × %.4g after past runs", learned.learningRateFactor());
    reasons.add(String.format(Locale.ROOT, "learning rate %.3g: %s%s", rate, why, past));
    return rate;
  }
}
