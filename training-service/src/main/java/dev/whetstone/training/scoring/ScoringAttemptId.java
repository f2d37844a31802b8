package dev.whetstone.training.scoring;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of an attempt of a scoring job, which also names its worker's folder. Attempts of runs
 * have names of another form.
 *
 * @param fence number of the attempt
 */
public record ScoringAttemptId(String jobId, long fence) {
  private static final Pattern JOB = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");
  private static final Pattern ATTEMPT =
      Pattern.compile("scoring\\.(" + JOB.pattern() + ")\\.(\\d{1,18})");

  /** The id is part of paths and object keys. */
  public static boolean isJobId(String id) {
    return JOB.matcher(id).matches();
  }

  /** Empty for the name of another attempt. */
  public static Optional<ScoringAttemptId> of(String attemptId) {
    Matcher matcher = ATTEMPT.matcher(attemptId);
    return matcher.matches()
        ? Optional.of(new ScoringAttemptId(matcher.group(1), Long.parseLong(matcher.group(2))))
        : Optional.empty();
  }

  public String text() {
    return "scoring." + jobId + "." + fence;
  }

  /** The folder in the object store that only this attempt writes, with a slash at its end. */
  String folder() {
    return "scoring/" + jobId + "/" + fence + "/";
  }
}
