package dev.whetstone.ingest.rest;

import dev.whetstone.kit.problem.ProblemException;
import dev.whetstone.kit.problem.Problems;
import java.time.Duration;

/** More is being taken in than the memory holds; what the request still sends is left unread. */
public final class Overloaded extends ProblemException {
  private static final long serialVersionUID = 1L;

  Overloaded(Duration retryAfter) {
    super(
        Problems.unavailable(
            "overloaded",
            "more is being taken in than the memory holds",
            "send the same request again later, or smaller ones"),
        retryAfter);
  }
}
