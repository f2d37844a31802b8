package dev.whetstone.training.attempt;

import dev.whetstone.contracts.run.CheckpointManifest;
import dev.whetstone.contracts.run.StatusReport;
import dev.whetstone.training.engine.ComputeEngine.Observation;
import org.jspecify.annotations.Nullable;

/** Describes in a sentence how a worker ended. */
public final class ExitDescription {
  private static final int LONGEST = 600;

  /** The worker's error code for a loss that is not a number. */
  private static final String DIVERGED = "diverged";

  /** The worker's error code for rows of which the base can take too few. */
  private static final String UNTRAINABLE = "too-few-rows";

  private ExitDescription() {}

  public static String sentence(
      Observation.Exited exited, StatusReport.@Nullable Failure reported) {
    String meaning =
        switch (exited.code()) {
          case ExitCodes.BAD_DATA -> "bad data or configuration";
          case ExitCodes.OUT_OF_MEMORY -> "out of memory";
          case ExitCodes.PREEMPTED -> "preempted";
          case ExitCodes.STALE_FENCE -> "it was told that its fence is stale";
          case ExitCodes.STOPPED -> "it was told to stop";
          case ExitCodes.LIMIT -> "a limit was used up";
          case 137 -> "killed";
          case ExitCodes.TERMINATED -> "terminated";
          default -> "an error";
        };
    String why =
        reported == null
            ? lastLine(exited.lastWords())
            : reported.code() + ": " + reported.detail();
    String sentence = "the worker ended with " + exited.code() + " (" + meaning + ")";
    return why.isEmpty() ? sentence : sentence + ": " + why;
  }

  /** A worker that was ended from outside. */
  public static String sentence(Observation.Evicted evicted) {
    return "the worker was ended from outside: " + evicted.reason();
  }

  /** What a limit cut off; empty for a run that trained to its end. */
  public static String stopped(CheckpointManifest manifest) {
    if (manifest.stopped() == null) {
      return "";
    }
    String limit =
        manifest.stopped().equals("max-gpu-seconds")
            ? "training.maxGpuSeconds"
            : "training.maxSeconds";
    return "%s was used up after step %s; the checkpoint is the best validated state, that of step %s"
        .formatted(limit, step(manifest, "steps"), step(manifest, "best_step"));
  }

  private static String step(CheckpointManifest manifest, String metric) {
    Double step = manifest.metrics().get(metric);
    return step == null ? "unknown" : Long.toString(Math.round(step));
  }

  /** A worker that could not report has still logged why it ended. */
  public static boolean diverged(
      Observation.Exited exited, StatusReport.@Nullable Failure reported) {
    return ended(DIVERGED, exited, reported);
  }

  /** Whether the base can take so few of the rows that no attempt could train. */
  public static boolean untrainable(
      Observation.Exited exited, StatusReport.@Nullable Failure reported) {
    return ended(UNTRAINABLE, exited, reported);
  }

  private static boolean ended(
      String code, Observation.Exited exited, StatusReport.@Nullable Failure reported) {
    return exited.code() == ExitCodes.BAD_DATA
        && (reported == null
            ? lastLine(exited.lastWords()).startsWith(code + ":")
            : reported.code().equals(code));
  }

  private static String lastLine(String log) {
    String last = log.lines().filter(line -> !line.isBlank()).reduce("", (a, b) -> b).strip();
    return last.length() > LONGEST ? last.substring(last.length() - LONGEST) : last;
  }
}
