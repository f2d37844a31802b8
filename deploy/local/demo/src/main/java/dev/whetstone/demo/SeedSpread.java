package dev.whetstone.demo;

import dev.whetstone.cli.terminal.Terminal;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** The spread of the figures over several seeds. */
final class SeedSpread {
  private SeedSpread() {}

  static void show(List<DemoSummary> summaries, Terminal terminal) {
    terminal.print("");
    terminal.print(
        terminal.bold("Over %d seeds (minimum, mean, maximum)").formatted(summaries.size()));
    line(terminal, summaries, "exact match before", s -> s.exactMatch().before());
    line(terminal, summaries, "exact match after", s -> s.exactMatch().after());
    line(terminal, summaries, "exact match after poison", s -> s.exactMatch().afterPoison());
    line(terminal, summaries, "loss of skills", s -> s.skills().before() - s.skills().after());
    line(
        terminal,
        summaries,
        "loss of the skill without replay",
        s -> s.skills().notReplayedBefore() - s.skills().notReplayedAfter());
    line(
        terminal,
        summaries,
        "seconds",
        s -> s.stageSeconds().values().stream().mapToDouble(Double::doubleValue).sum());
  }

  static String describe(List<DemoSummary> summaries, ToDoubleFunction<DemoSummary> figure) {
    var statistics = summaries.stream().mapToDouble(figure).summaryStatistics();
    return String.format(
        Locale.ROOT,
        "%.3f  %.3f  %.3f",
        statistics.getMin(),
        statistics.getAverage(),
        statistics.getMax());
  }

  private static void line(
      Terminal terminal,
      List<DemoSummary> summaries,
      String what,
      ToDoubleFunction<DemoSummary> figure) {
    terminal.print("  %-32s %s", what, describe(summaries, figure));
  }
}
