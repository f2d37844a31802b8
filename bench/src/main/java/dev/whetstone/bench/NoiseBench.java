package dev.whetstone.bench;

import dev.whetstone.cli.terminal.Terminal;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * The time from 202 to fate in a quiet tenant's loop, undisturbed and during each attack of a noisy
 * tenant on the same small stack.
 */
final class NoiseBench {
  private static final String TENANT = "quiet";
  private static final String LOOP = "neighbour";
  private static final Duration WARM_UP = Duration.ofSeconds(20);
  private static final double P99 = 0.99;
  private static final double MEDIAN = 0.5;
  private final BenchStack stack;
  private final Terminal terminal;
  private final Duration measured;

  NoiseBench(BenchStack stack, Terminal terminal, Duration measured) {
    this.stack = stack;
    this.terminal = terminal;
    this.measured = measured;
  }

  BenchReport run() {
    stack.declare(stack.collectingLoop(TENANT, LOOP));
    stack.declare(stack.collectingLoop(NoisyTenant.TENANT, NoisyTenant.LOOP));
    stack.awaitDeclared(TENANT, LOOP);
    stack.awaitDeclared(NoisyTenant.TENANT, NoisyTenant.LOOP);
    FateLatency latency = new FateLatency(stack.api(TENANT), LOOP);
    FateLatency.Times warm = measure(latency, "warming up", WARM_UP);
    terminal.print("  warmed up with %d events", warm.sorted().size());
    BenchReport report = new BenchReport();
    FateLatency.Times quiet = measure(latency, "measuring without an attack", measured);
    add(report, "no attack", quiet, quiet);
    try (NoisyTenant noisy = new NoisyTenant(stack)) {
      for (NoisyTenant.Attack attack : noisy.attacks()) {
        CompletableFuture<Void> attacking =
            CompletableFuture.runAsync(attack.work(), Thread::startVirtualThread);
        FateLatency.Times during = measure(latency, "measuring during: " + attack.name(), measured);
        add(report, attack.name(), during, quiet);
        joinAttack(attacking);
      }
    }
    add(
        report,
        "after the attacks",
        measure(latency, "measuring after the attacks", measured),
        quiet);
    return report;
  }

  private static void joinAttack(CompletableFuture<Void> attacking) {
    try {
      attacking.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
  }

  private FateLatency.Times measure(FateLatency latency, String what, Duration time) {
    return terminal.during(what, () -> "", () -> latency.measure(time));
  }

  private static void add(
      BenchReport report, String name, FateLatency.Times times, FateLatency.Times quiet) {
    double p99 = times.percentile(P99);
    report.add(name + ": p50", times.percentile(MEDIAN), "ms");
    report.add(
        name + ": p99",
        p99,
        "ms of " + times.sorted().size(),
        p99 / quiet.percentile(P99),
        "at most × 2");
    if (times.unknown() > 0) {
      report.add(name + ": without a fate", times.unknown(), "events");
    }
  }
}
