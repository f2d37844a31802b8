package dev.whetstone.bench;

import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.whetstone.cli.context.CommandContext;
import dev.whetstone.cli.terminal.Terminal;
import dev.whetstone.client.RemedyException;
import dev.whetstone.client.api.ApiClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** The rows of a benchmark: a table for people, and {@code bench/results/NAME.json}. */
final class BenchReport {
  private static final long GIB = 1L << 30;
  private final List<Row> rows = new ArrayList<>();

  /**
   * One figure.
   *
   * @param ratio of the value to a reference in the same run; 0 where there is none
   * @param goal in words; empty where there is none
   */
  record Row(String metric, double value, String unit, double ratio, String goal) {}

  void add(String metric, double value, String unit) {
    add(metric, value, unit, 0, "");
  }

  void add(String metric, double value, String unit, double ratio, String goal) {
    rows.add(new Row(metric, value, unit, ratio, goal));
  }

  List<Row> rows() {
    return List.copyOf(rows);
  }

  /** Prints the table and writes the file. */
  void finish(CommandContext context, String name) {
    Terminal terminal = context.terminal();
    terminal.print("");
    for (Row row : rows) {
      terminal.print(
          "  %-56s %12s %-14s %8s  %s",
          row.metric(),
          String.format(Locale.ROOT, "%,.2f", row.value()),
          row.unit(),
          row.ratio() == 0 ? "" : String.format(Locale.ROOT, "× %.2f", row.ratio()),
          row.goal());
    }
    Path file = context.project().resolve("bench/results/" + name + ".json");
    try {
      Files.createDirectories(file.getParent());
      ApiClient.JSON
          .writer(SerializationFeature.INDENT_OUTPUT)
          .writeValue(file.toFile(), json(name, commit(context.project())));
    } catch (IOException e) {
      throw new RemedyException("cannot write " + file, "free disk space or grant access", e);
    }
    terminal.print("  written to %s", file);
  }

  ObjectNode json(String name, String commit) {
    ObjectNode report =
        ApiClient.JSON
            .createObjectNode()
            .put("name", name)
            .put("date", LocalDate.now(ZoneOffset.UTC).toString())
            .put("commit", commit);
    report
        .putObject("machine")
        .put("cpu", System.getProperty("os.arch"))
        .put("cores", Runtime.getRuntime().availableProcessors())
        .put("memory", memoryGib() + " GiB");
    ArrayNode list = report.putArray("rows");
    for (Row row : rows) {
      ObjectNode entry =
          list.addObject()
              .put("metric", row.metric())
              .put("value", row.value())
              .put("unit", row.unit())
              .put("better", "lower");
      if (!row.goal().isEmpty()) {
        entry.put("goal", row.goal());
      }
      if (row.ratio() != 0) {
        entry.put("ratio", row.ratio());
      }
    }
    return report;
  }

  private static long memoryGib() {
    return java.lang.management.ManagementFactory.getOperatingSystemMXBean()
            instanceof com.sun.management.OperatingSystemMXBean system
        ? system.getTotalMemorySize() / GIB
        : 0;
  }

  private static String commit(Path project) throws IOException {
    Process git =
        new ProcessBuilder("git", "rev-parse", "--short", "HEAD")
            .directory(project.toFile())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      return git.waitFor(10, TimeUnit.SECONDS)
          ? new String(git.getInputStream().readNBytes(64), StandardCharsets.US_ASCII).strip()
          : "unknown";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "unknown";
    }
  }
}
