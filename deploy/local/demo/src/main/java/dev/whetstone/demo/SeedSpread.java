package dev.whetstone.demo;

import dev.whetstone.cli.terminal.Terminal;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** How the figures of several seeds differ. */
final class SeedSpread {
  private SeedSpread() {}

  static void show(List<DemoSummary> summaries, Terminal terminal) {
    terminal.say("");
    terminal.say(terminal.bold("Over %d seeds (least, mean, most)").formatted(summaries.size()));
    line(terminal, summaries, "exact match before", s -> s.exactMatch().before());
    line(terminal, summaries, "exact match after", s -> s.exactMatch().after());
    line(terminal, summaries, "exact match after poison", s -> s.exactMatch().afterPoison());
    line(terminal, summaries, "skills lost", s -> s.skills().before() - s.skills().after());
    line(
        terminal,
        summaries,
        "unreplayed skill lost",
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
    terminal.say("  %-26s %s", what, describe(summaries, figure));
  }
}
