package dev.whetstone.kit.problem;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Ends a request with a problem as its response. */
public class ProblemException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final transient Problem problem;
  private final @Nullable Duration retryAfter;

  public ProblemException(Problem problem) {
    this(problem, null);
  }

  /**
   * @param retryAfter for the {@code Retry-After} header, rounded up to seconds
   */
  public ProblemException(Problem problem, @Nullable Duration retryAfter) {
    super(problem.code() + ": " + problem.detail());
    this.problem = problem;
    this.retryAfter = retryAfter;
  }

  public Problem problem() {
    return problem;
  }

  public @Nullable Duration retryAfter() {
    return retryAfter;
  }
}
