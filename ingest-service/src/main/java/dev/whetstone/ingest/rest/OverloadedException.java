package dev.whetstone.ingest.rest;

import dev.whetstone.kit.problem.HttpProblems;
import dev.whetstone.kit.problem.ProblemException;
import java.time.Duration;

/** No memory is left for more items; the rest of the request is not read. */
public final class OverloadedException extends ProblemException {
  private static final long serialVersionUID = 1L;

  OverloadedException(Duration retryAfter) {
    super(
        HttpProblems.unavailable(
            "overloaded",
            "the requests in progress use all memory for events",
            "send the same request again later, or send smaller requests"),
        retryAfter);
  }
}
