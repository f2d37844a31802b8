package dev.whetstone.bench;

import dev.whetstone.cli.terminal.Terminal;
import dev.whetstone.client.RemedyException;
import dev.whetstone.client.api.StackComponent;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Statements, rows and CPU per second of each service while its loops receive nothing. Transactions
 * stand for statements: the services write and read one statement per transaction when idle.
 */
final class IdleBench {
  private static final String TENANT = "bench";

  /** Consumers and counters have work after the last loop was checked. */
  private static final Duration SETTLE = Duration.ofSeconds(15);

  private static final Duration CHECKED_WITHIN = Duration.ofMinutes(10);

  private final BenchStack stack;
  private final Terminal terminal;
  private final Duration measured;

  IdleBench(BenchStack stack, Terminal terminal, Duration measured) {
    this.stack = stack;
    this.terminal = terminal;
    this.measured = measured;
  }

  /** What a service has used since its start. */
  private record Usage(double transactions, double rows, double cpu) {}

  BenchReport run(List<Integer> steps) {
    BenchReport report = new BenchReport();
    Map<StackComponent, Usage> first = new EnumMap<>(StackComponent.class);
    int declared = 0;
    int firstLoops = steps.getFirst();
    for (int loops : steps) {
      for (; declared < loops; declared++) {
        stack.declare(stack.collectingLoop(TENANT, "idle-" + declared));
      }
      stack.awaitDeclared(TENANT, "idle-" + (declared - 1));
      awaitChecked(loops);
      pause("settling with " + loops + " loops", SETTLE);
      Map<StackComponent, Usage> before = usage();
      pause("measuring " + loops + " idle loops", measured);
      Map<StackComponent, Usage> after = usage();
      for (StackComponent service : before.keySet()) {
        Usage used = perSecond(before.get(service), after.get(service));
        Usage reference = first.computeIfAbsent(service, s -> used);
        String label = "%s, %d idle loops: ".formatted(service.id(), loops);
        report.add(
            label + "transactions",
            used.transactions(),
            "/s",
            ratio(used.transactions(), reference.transactions()),
            loops == firstLoops ? "" : "flat, or at most 0.05/s more for each loop");
        report.add(
            label + "rows read", used.rows(), "/s", ratio(used.rows(), reference.rows()), "");
        report.add(
            label + "CPU", used.cpu() * 100, "% of a core", ratio(used.cpu(), reference.cpu()), "");
      }
    }
    return report;
  }

  private Map<StackComponent, Usage> usage() {
    Map<StackComponent, Usage> usage = new EnumMap<>(StackComponent.class);
    for (StackComponent service : BenchStack.SERVICES) {
      usage.put(
          service,
          service == StackComponent.INGEST
              ? new Usage(0, 0, stack.cpuSeconds(service))
              : new Usage(
                  stack.number(service, counters("xact_commit + xact_rollback")),
                  stack.number(service, counters("tup_returned")),
                  stack.cpuSeconds(service)));
    }
    return usage;
  }

  private static String counters(String column) {
    return "select " + column + " from pg_stat_database where datname = current_database()";
  }

  private Usage perSecond(Usage before, Usage after) {
    double seconds = measured.toMillis() / 1000.0;
    return new Usage(
        (after.transactions() - before.transactions()) / seconds,
        (after.rows() - before.rows()) / seconds,
        (after.cpu() - before.cpu()) / seconds);
  }

  private static double ratio(double value, double reference) {
    return reference == 0 ? 0 : value / reference;
  }

  /** Eval checks each new loop once; a loop that is idle has no due time. */
  private void awaitChecked(int loops) {
    Optional<Boolean> checked =
        terminal.await(
            "first check of " + loops + " loops",
            CHECKED_WITHIN,
            () -> "%.0f due".formatted(dueLoops()),
            () -> dueLoops() == 0 ? Optional.of(true) : Optional.empty());
    if (checked.isEmpty()) {
      throw new RemedyException(
          "loops without news are still due in eval", "read its log: " + stack.keptLogs());
    }
  }

  private double dueLoops() {
    return stack.number(
        StackComponent.EVAL, "select count(*) from loop_due where due_at is not null");
  }

  private void pause(String what, Duration time) {
    long end = System.nanoTime() + time.toNanos();
    Optional<Boolean> over =
        terminal.await(
            what,
            time.plusSeconds(5),
            () -> "",
            () -> System.nanoTime() >= end ? Optional.of(true) : Optional.empty());
    if (over.isEmpty()) {
      throw new IllegalStateException("interrupted");
    }
  }
}
