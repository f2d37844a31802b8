package dev.whetstone.training.run;

import dev.whetstone.contracts.run.StatusReport.Accelerator;
import dev.whetstone.kit.work.RetryBackoff;
import dev.whetstone.training.attempt.AttemptEnd;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Decides what follows an attempt that ran out of memory. While another process holds memory of the
 * accelerator, the size of the micro-batch may not be the cause: the same size is tried once more
 * after a pause, and a single example until the memory is free. Otherwise the next attempt uses
 * half the micro-batch.
 */
public final class OutOfMemoryPolicy {
  static final String CODE = "out-of-memory";

  /** More than the worker's own context on an accelerator before it loads anything. */
  private static final long OWN_CONTEXT = 1L << 30;

  private static final double GIB = 1L << 30;

  private OutOfMemoryPolicy() {}

  /**
   * The pauses for memory that another process holds.
   *
   * @param first pause
   * @param longest upper bound; the pause doubles up to it
   */
  public record Pauses(Duration first, Duration longest) {}

  /** Bytes that other processes hold; empty when none does, or nothing is known. */
  static Optional<Accelerator> shared(Optional<Accelerator> found) {
    return found.filter(each -> each.totalBytes() - each.freeBytes() > OWN_CONTEXT);
  }

  static NextStep after(AttemptEnd end, RetryPolicy.Circumstances run) {
    RunTally tally = run.tally();
    Optional<Accelerator> neighbour = shared(run.accelerator());
    Integer smaller = half(tally.microBatchSize(), run.batchSize());
    if (neighbour.isPresent() && (tally.memoryWaits() == 0 || smaller == null)) {
      return waitForNeighbour(end, run, neighbour.get());
    }
    if (smaller == null) {
      return new NextStep.GiveUp(
          CODE,
          "one example at a time does not fit into memory; lower training.maxSequenceLength or"
              + " lora.r, or use a larger accelerator: "
              + end.detail());
    }
    return new NextStep.Again(run.now(), tally(tally, 0, smaller), end.detail());
  }

  private static NextStep waitForNeighbour(
      AttemptEnd end, RetryPolicy.Circumstances run, Accelerator found) {
    int waits = run.tally().memoryWaits() + 1;
    Instant until =
        run.now()
            .plus(
                RetryBackoff.doubling(run.memoryPauses().first(), run.memoryPauses().longest())
                    .pause(waits));
    String reason =
        String.format(
            Locale.ROOT,
            "other processes held %.1f of %.1f GiB of the accelerator (%s) when the worker started; it is tried again with the same micro-batch at %s. End them, or give the worker a device of its own (whetstone.training.process.devices): %s",
            (found.totalBytes() - found.freeBytes()) / GIB,
            found.totalBytes() / GIB,
            found.name(),
            until,
            end.detail());
    return new NextStep.Again(
        until, tally(run.tally(), waits, run.tally().microBatchSize()), reason);
  }

  private static RunTally tally(RunTally before, int waits, @Nullable Integer microBatchSize) {
    return new RunTally(before.failures(), 0, 0, waits, microBatchSize);
  }

  /**
   * The largest divisor of the batch that is at most half the current size; null when none exists.
   */
  private static @Nullable Integer half(@Nullable Integer now, int batchSize) {
    int most = (now == null ? batchSize : now) / 2;
    return most < 1 ? null : divisor(batchSize, most);
  }

  /** The largest divisor of the batch that is at most {@code most}, which is at least 1. */
  public static int divisor(int batchSize, int most) {
    int micro = Math.min(most, batchSize);
    while (micro > 1 && batchSize % micro != 0) {
      micro--;
    }
    return micro;
  }
}
