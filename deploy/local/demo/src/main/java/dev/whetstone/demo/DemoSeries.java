package dev.whetstone.demo;

import com.fasterxml.jackson.databind.JsonNode;
import dev.whetstone.cli.stack.StackOptions;
import dev.whetstone.cli.terminal.Terminal;
import dev.whetstone.client.RemedyException;
import dev.whetstone.client.api.ApiClient;
import dev.whetstone.client.api.StackComponent;
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

/** Plays the demo once per seed, each time on a fresh loop, and tells what to try next. */
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
   * Plays seeds {@code first} to {@code first + count - 1}. A seed that fails does not keep the
   * others from being played.
   *
   * @throws RemedyException at the end, when any failed
   */
  public void play(long first, int count) {
    forgetSummaries();
    String appKey = appKey();
    AtomicReference<DemoRun> last = new AtomicReference<>();
    playEach(
        first,
        count,
        seed -> {
          DemoRun demo = demo(appKey, seed);
          DemoSummary summary = written(demo.play(), count > 1);
          last.set(demo);
          return summary;
        },
        terminal);
    DemoRun shown = last.get();
    if (shown != null) {
      outlook(shown);
    }
  }

  /** Plays every seed, tells how their figures differ, and fails at the end when any failed. */
  static void playEach(long first, int count, LongFunction<DemoSummary> play, Terminal terminal) {
    List<DemoSummary> summaries = new ArrayList<>();
    List<Long> failed = new ArrayList<>();
    for (long seed = first; seed < first + count; seed++) {
      try {
        summaries.add(play.apply(seed));
      } catch (RuntimeException e) {
        if (count == 1) {
          throw e;
        }
        failed.add(seed);
        terminal.say("  %s seed %d: %s", terminal.red("✗"), seed, inWords(e));
      }
    }
    if (count > 1 && !summaries.isEmpty()) {
      SeedSpread.show(summaries, terminal);
    }
    if (!failed.isEmpty()) {
      throw new RemedyException(
          "%d of %d seeds failed: %s".formatted(failed.size(), count, failed),
          "each is said above, where it was played");
    }
  }

  /** What nobody foresaw is told with its place in the program. */
  private static String inWords(RuntimeException e) {
    if (e instanceof RemedyException) {
      return String.valueOf(e.getMessage());
    }
    StringWriter trace = new StringWriter();
    e.printStackTrace(new PrintWriter(trace));
    return trace.toString();
  }

  /** Else a demo that fails would leave the figures of a former one that did not. */
  private void forgetSummaries() {
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
          "cannot delete the former summaries in " + folder + ": " + e.getMessage(),
          "delete them by hand",
          e);
    }
  }

  private DemoRun demo(String appKey, long seed) {
    String loop = freshLoop();
    terminal.say("");
    terminal.say(
        terminal.bold("Demo with seed %d on the fresh loop %s/%s".formatted(seed, TENANT, loop)));
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

  private void outlook(DemoRun demo) {
    terminal.say("");
    terminal.say(
        terminal.green("The loop did what it must, in %s.").formatted(demo.describeSeconds()));
    terminal.say("  summary    %s", options.home().demo().resolve("summary.json"));
    JsonNode promotion = demo.promotion().orElseThrow();
    terminal.say("  open       %s?key=%s", demo.page(promotion), readingKey());
    terminal.say("  key        %s", operatorKey);
    terminal.say("  try        ./whetstone why %s", demo.exampleCorrection());
    terminal.say("             ./whetstone why %s", demo.poisonedCorrection());
    terminal.say("             ./whetstone status     (and ./whetstone down ends it)");
  }

  /** A key as a product app has it: it may send, and ask for assignments. */
  private String appKey() {
    return key("demo-app", "ingest");
  }

  /** A key for a link, which browsers keep: it may look and do nothing. */
  private String readingKey() {
    return key("demo-reader", "read");
  }

  /** Its text is known only when it is made, so that every demo makes its own. */
  private String key(String name, String scope) {
    return KeyFile.at(options.home().keysFile())
        .renew(name, TENANT, name, List.of(scope), false)
        .text();
  }

  private String freshLoop() {
    Set<String> taken = new HashSet<>();
    api.ok(StackComponent.EVAL, "/v1/loops").forEach(loop -> taken.add(loop.path("loop").asText()));
    String name = LOOP;
    for (int i = 2; taken.contains(name); i++) {
      name = LOOP + "-" + i;
    }
    return name;
  }
}
