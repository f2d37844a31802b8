package dev.whetstone.demo;

import com.fasterxml.jackson.databind.JsonNode;
import dev.whetstone.cli.stack.StackOptions;
import dev.whetstone.cli.terminal.Terminal;
import dev.whetstone.client.RemedyException;
import dev.whetstone.client.api.ApiClient;
import dev.whetstone.client.keys.KeyFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongFunction;

/** Runs the demo once per seed, each time on a new loop, and prints what to try next. */
public final class DemoSeries {
  private static final String TENANT = "demo";
  private static final String LOOP = "support";

  private final StackOptions options;
  private final String operatorKey;
  private final ApiClient api;
  private final Terminal terminal;
  private final Clock clock;

  public DemoSeries(StackOptions options, String operatorKey, Terminal terminal, Clock clock) {
    this.options = options;
    this.operatorKey = operatorKey;
    this.api = new ApiClient(options.ports(), operatorKey);
    this.terminal = terminal;
    this.clock = clock;
  }

  /**
   * Runs seeds {@code first} to {@code first + count - 1}. The remaining seeds run even if one
   * fails.
   *
   * @throws RemedyException at the end, if any seed failed
   */
  public void run(long first, int count) {
    deleteSummaries();
    String appKey = appKey();
    AtomicReference<DemoRun> last = new AtomicReference<>();
    runEach(
        first,
        count,
        seed -> {
          DemoRun demo = demo(appKey, seed);
          DemoSummary summary = written(demo.run(), count > 1);
          last.set(demo);
          return summary;
        },
        terminal);
    DemoRun shown = last.get();
    if (shown != null) {
      printNextSteps(shown);
    }
  }

  /**
   * Runs every seed, prints the spread of their figures, and fails at the end if any seed failed.
   */
  static void runEach(long first, int count, LongFunction<DemoSummary> run, Terminal terminal) {
    List<DemoSummary> summaries = new ArrayList<>();
    List<Long> failed = new ArrayList<>();
    for (long seed = first; seed < first + count; seed++) {
      try {
        summaries.add(run.apply(seed));
      } catch (RuntimeException e) {
        if (count == 1) {
          throw e;
        }
        failed.add(seed);
        terminal.print("  %s seed %d: %s", terminal.red("✗"), seed, describe(e));
      }
    }
    if (count > 1 && !summaries.isEmpty()) {
      SeedSpread.show(summaries, terminal);
    }
    if (!failed.isEmpty()) {
      throw new RemedyException(
          "%d of %d seeds failed: %s".formatted(failed.size(), count, failed),
          "see the error of each failed seed above");
    }
  }

  /** Unexpected exceptions are shown with their stack trace. */
  private static String describe(RuntimeException e) {
    if (e instanceof RemedyException) {
      return String.valueOf(e.getMessage());
    }
    StringWriter trace = new StringWriter();
    e.printStackTrace(new PrintWriter(trace));
    return trace.toString();
  }

  /** Otherwise a failed demo would leave the summaries of an earlier successful one. */
  private void deleteSummaries() {
    Path folder = options.home().demo();
    if (!Files.isDirectory(folder)) {
      return;
    }
    try (DirectoryStream<Path> summaries = Files.newDirectoryStream(folder, "summary*.json")) {
      for (Path summary : summaries) {
        Files.delete(summary);
      }
    } catch (IOException e) {
      throw new RemedyException(
          "cannot delete the earlier summaries in " + folder + ": " + e.getMessage(),
          "delete them manually",
          e);
    }
  }

  private DemoRun demo(String appKey, long seed) {
    String loop = newLoopName();
    terminal.print("");
    terminal.print(
        terminal.bold("Demo with seed %d on the new loop %s/%s".formatted(seed, TENANT, loop)));
    Path folder = options.project().resolve("deploy/local/demo");
    return new DemoRun(folder, api, appKey, terminal, clock, loop, seed);
  }

  private DemoSummary written(DemoSummary summary, boolean oneOfSeveral) {
    summary.write(options.home().demo().resolve("summary.json"));
    if (oneOfSeveral) {
      summary.write(
          options.home().demo().resolve("summary-seed-%d.json".formatted(summary.seed())));
    }
    return summary;
  }

  private void printNextSteps(DemoRun demo) {
    terminal.print("");
    terminal.print(terminal.green("All checks passed in %s.").formatted(demo.describeSeconds()));
    terminal.print("  summary    %s", options.home().demo().resolve("summary.json"));
    JsonNode promotion = demo.promotion().orElseThrow();
    terminal.print("  open       %s", demo.page(promotion));
    terminal.print("             (once, within ten minutes; ./whetstone why prints a new link)");
    terminal.print("  key        %s", operatorKey);
    terminal.print("  try        ./whetstone why %s", demo.exampleCorrection());
    terminal.print("             ./whetstone why %s", demo.poisonedCorrection());
    terminal.print("             ./whetstone status     (stop the stack: ./whetstone down)");
  }

  /** A key like that of a product app: it may send events and query assignments. */
  private String appKey() {
    return key("demo-app", "ingest");
  }

  /** The text of a key is known only on creation, so every demo creates new keys. */
  private String key(String name, String scope) {
    return KeyFile.at(options.home().keysFile())
        .renew(name, TENANT, name, List.of(scope), false)
        .text();
  }

  private String newLoopName() {
    Set<String> taken = new HashSet<>();
    api.loops().forEach(loop -> taken.add(loop.path("loop").asText()));
    String name = LOOP;
    for (int i = 2; taken.contains(name); i++) {
      name = LOOP + "-" + i;
    }
    return name;
  }
}
