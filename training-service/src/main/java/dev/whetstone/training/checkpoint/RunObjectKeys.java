package dev.whetstone.training.checkpoint;

import dev.whetstone.contracts.run.RunSpec;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where a run's attempts write in the object store: {@code runs/<run>/<fence>/}. */
public final class RunObjectKeys {
  private static final Pattern RESUME =
      Pattern.compile("runs/[^/]+/(\\d+)/resume/step-(\\d+)/manifest\\.json");

  private static final Pattern RESUME_FOLDER = Pattern.compile(".*/resume/step-(\\d+)/?");

  private RunObjectKeys() {}

  public static String ofRun(String runId) {
    return "runs/" + runId + "/";
  }

  /** Rows that were copied for a run because not every row of a batch's file is wanted. */
  public static String datasetsOf(String runId) {
    return ofRun(runId) + "data/";
  }

  public static String ofAttempt(String runId, long fence) {
    return ofRun(runId) + fence + "/";
  }

  static String checkpointManifest(String runId, long fence) {
    return ofAttempt(runId, fence) + "manifest.json";
  }

  /** The step of a resume point's manifest, if the key is one. */
  static OptionalLong resumeStep(String key) {
    Matcher matcher = RESUME.matcher(key);
    return matcher.matches()
        ? OptionalLong.of(Long.parseLong(matcher.group(2)))
        : OptionalLong.empty();
  }

  /** The step that an attempt starts from; 0 without a resume point. */
  public static long startStep(RunSpec spec) {
    if (spec.resumeFrom() == null) {
      return 0;
    }
    Matcher matcher = RESUME_FOLDER.matcher(spec.resumeFrom().uri());
    return matcher.matches() ? Long.parseLong(matcher.group(1)) : 0;
  }

  /** The folder of a manifest's key, with its slash. */
  public static String folder(String manifestKey) {
    return manifestKey.substring(0, manifestKey.lastIndexOf('/') + 1);
  }
}
