package dev.whetstone.ingest.rest;

import dev.whetstone.kit.problem.HttpProblems;
import dev.whetstone.kit.problem.ProblemException;
import java.time.Duration;

/** More is being taken in than the memory holds; what the request still sends is left unread. */
public final class OverloadedException extends ProblemException {
  private static final long serialVersionUID = 1L;

  OverloadedException(Duration retryAfter) {
    super(
        HttpProblems.unavailable(
            "overloaded",
            "more is being taken in than the memory holds",
            "send the same request again later, or smaller ones"),
        retryAfter);
  }
}
