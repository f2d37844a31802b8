package dev.whetstone.training.run;

import org.jspecify.annotations.Nullable;

/**
 * What a run carries over from its earlier attempts.
 *
 * @param failures attempts that count against the loop's {@code maxAttempts}
 * @param refusals consecutive launches that the compute engine refused
 * @param withoutProgress consecutive attempts that were ended from outside without having saved
 *     progress
 * @param memoryWaits consecutive attempts that ran out of memory at this micro-batch while other
 *     processes held memory
 * @param microBatchSize examples per forward pass after an attempt ran out of memory; absent lets
 *     the worker choose
 */
public record RunTally(
    int failures,
    int refusals,
    int withoutProgress,
    int memoryWaits,
    @Nullable Integer microBatchSize) {
  /** Before the first attempt. */
  public static final RunTally NONE = new RunTally(0, 0, 0, 0, null);
}
