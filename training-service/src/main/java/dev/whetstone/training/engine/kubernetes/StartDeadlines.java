package dev.whetstone.training.engine.kubernetes;

import java.time.Duration;

/**
 * How long a worker is waited for.
 *
 * @param queue for its quota
 * @param start for its pod, once it has the quota
 */
public record StartDeadlines(Duration queue, Duration start) {}
