package dev.whetstone.training.engine.kubernetes.trainjob;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The runtime that a TrainJob is made of.
 *
 * @param kind {@code TrainingRuntime} in the workers' namespace, or {@code ClusterTrainingRuntime}
 */
record TrainingRuntimeName(String kind, String name) {
  private static final Pattern TEXT =
      Pattern.compile(
          "(?:(TrainingRuntime|ClusterTrainingRuntime)/)?([a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?)");

  /**
   * Reads {@code NAME}, {@code TrainingRuntime/NAME} or {@code ClusterTrainingRuntime/NAME}.
   *
   * @param setting the name of the field or setting that has the text
   * @throws IllegalArgumentException for any other text
   */
  static TrainingRuntimeName parse(String setting, String text) {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "%s: '%s'; write NAME, TrainingRuntime/NAME or ClusterTrainingRuntime/NAME"
              .formatted(setting, text));
    }
    return new TrainingRuntimeName(
        matcher.group(1) == null ? "TrainingRuntime" : matcher.group(1), matcher.group(2));
  }
}
