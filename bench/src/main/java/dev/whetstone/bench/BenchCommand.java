package dev.whetstone.bench;

import dev.whetstone.cli.context.CommandContext;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Runs a benchmark on a stack with its own folder and free ports, and prints a table. */
@Command(
    name = "bench",
    description = "Measure idle cost, noisy neighbours or a long run on a stack of its own.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "idle|noise|soak")
final class BenchCommand {
  @Command(
      name = "idle",
      description = "Statements and CPU per service with more and more loops that receive nothing.",
      mixinStandardHelpOptions = true)
  int idle(
      @Option(names = "--loops", split = ",", defaultValue = "100,1000") List<Integer> loops,
      @Option(names = "--seconds", defaultValue = "60", description = "measured per step")
          int seconds) {
    CommandContext context = CommandContext.current();
    try (BenchStack stack = BenchStack.start(context)) {
      new IdleBench(stack, context.terminal(), Duration.ofSeconds(seconds))
          .run(loops)
          .finish(context, "idle");
    }
    return 0;
  }

  @Command(
      name = "noise",
      description = "Time from 202 to fate in one tenant's loop while another tenant attacks.",
      mixinStandardHelpOptions = true)
  int noise(
      @Option(names = "--seconds", defaultValue = "45", description = "measured per attack")
          int seconds) {
    CommandContext context = CommandContext.current();
    try (BenchStack stack = BenchStack.start(context)) {
      new NoiseBench(stack, context.terminal(), Duration.ofSeconds(seconds))
          .run()
          .finish(context, "noise");
    }
    return 0;
  }

  @Command(
      name = "soak",
      description = "Memory, rows, files and handles under a steady load with small runs.",
      mixinStandardHelpOptions = true)
  int soak(
      @Option(names = "--minutes", defaultValue = "60") int minutes,
      @Option(names = "--rate", defaultValue = "50", description = "events per second") int rate) {
    CommandContext context = CommandContext.current();
    try (BenchStack stack = BenchStack.start(context, true, SoakBench.SHORT_RETENTION)) {
      new SoakBench(stack, context.terminal(), Duration.ofMinutes(minutes), rate)
          .run()
          .finish(context, "soak");
    }
    return 0;
  }
}
