package dev.whetstone.training.attempt;

import java.time.Duration;
import java.util.Optional;

/**
 * How long workers of a loop need before their first optimizer step.
 *
 * @param toFirstStep the longest time from a worker's start to its first step; absent while none of
 *     the loop's workers made one
 * @param longestWithoutStep how long the longest of the run's ended attempts ran without a step
 */
public record StartTimes(Optional<Duration> toFirstStep, Duration longestWithoutStep) {
  /** Nothing is known. */
  public static final StartTimes NONE = new StartTimes(Optional.empty(), Duration.ZERO);
}
