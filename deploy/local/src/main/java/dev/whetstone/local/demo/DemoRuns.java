package dev.whetstone.local.demo;

import com.fasterxml.jackson.databind.JsonNode;
import dev.whetstone.local.api.Api;
import dev.whetstone.local.keys.KeyFile;
import dev.whetstone.local.stack.Component;
import dev.whetstone.local.stack.StackException;
import dev.whetstone.local.stack.StackOptions;
import dev.whetstone.local.terminal.Terminal;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Plays the demo once per seed, each time on a fresh loop, and tells what to try next. */
public final class DemoRuns {
  private static final String TENANT = "demo";
  private static final String LOOP = "support";

  private final StackOptions options;
  private final String operatorKey;
  private final Api api;
  private final Terminal terminal;
  private final Clock clock;

  public DemoRuns(StackOptions options, String operatorKey, Terminal terminal, Clock clock) {
    this.options = options;
    this.operatorKey = operatorKey;
    this.api = new Api(options.ports(), operatorKey);
    this.terminal = terminal;
    this.clock = clock;
  }

  /**
   * Plays seeds {@code first} to {@code first + count - 1}. A seed that fails does not keep the
   * others from being played.
   *
   * @throws StackException at the end, when any failed
   */
  public void play(long first, int count) {
    String appKey = appKey();
    List<DemoSummary> summaries = new ArrayList<>();
    Map<Long, StackException> failures = new LinkedHashMap<>();
    Demo last = null;
    for (long seed = first; seed < first + count; seed++) {
      Demo demo = demo(appKey, seed);
      try {
        summaries.add(written(demo.play(), count > 1));
        last = demo;
      } catch (StackException e) {
        if (count == 1) {
          throw e;
        }
        failures.put(seed, e);
        terminal.say("  %s seed %d: %s", terminal.red("✗"), seed, e.getMessage());
      }
    }
    if (count > 1 && !summaries.isEmpty()) {
      Spread.show(summaries, terminal);
    }
    if (!failures.isEmpty()) {
      throw failure(failures, count);
    }
    if (last != null) {
      outlook(last);
    }
  }

  private static StackException failure(Map<Long, StackException> failures, int count) {
    return new StackException(
        "%d of %d seeds failed: %s".formatted(failures.size(), count, failures.keySet()),
        "each is said above, where it was played");
  }

  private Demo demo(String appKey, long seed) {
    String loop = freshLoop();
    terminal.say("");
    terminal.say(
        terminal.bold("Demo with seed %d on the fresh loop %s/%s".formatted(seed, TENANT, loop)));
    Path folder = options.project().resolve("deploy/local/demo");
    return new Demo(folder, api, appKey, terminal, clock, loop, seed);
  }

  private DemoSummary written(DemoSummary summary, boolean oneOfSeveral) {
    summary.write(options.home().demo().resolve("summary.json"));
    if (oneOfSeveral) {
      summary.write(
          options.home().demo().resolve("summary-seed-%d.json".formatted(summary.seed())));
    }
    return summary;
  }

  private void outlook(Demo demo) {
    terminal.say("");
    terminal.say(
        terminal.green("The loop did what it must, in %s.").formatted(demo.describeSeconds()));
    terminal.say("  summary    %s", options.home().demo().resolve("summary.json"));
    JsonNode promotion = demo.promotion().orElseThrow();
    terminal.say("  open       %s?key=%s", demo.page(promotion), operatorKey);
    terminal.say("  key        %s", operatorKey);
    terminal.say("  try        ./whetstone why %s", demo.exampleCorrection());
    terminal.say("             ./whetstone why %s", demo.poisonedCorrection());
    terminal.say("             ./whetstone status     (and ./whetstone down ends it)");
  }

  /** A key as a product app has it: it may send, and ask for assignments. */
  private String appKey() {
    KeyFile keys = KeyFile.at(options.home().keysFile());
    // Its text is known only when it is made, so that every demo makes its own.
    keys.revoke("demo-app");
    return keys.create("demo-app", TENANT, "demo-app", List.of("ingest"), false).text();
  }

  private String freshLoop() {
    Set<String> taken = new HashSet<>();
    api.ok(Component.EVAL, "/v1/loops").forEach(loop -> taken.add(loop.path("loop").asText()));
    String name = LOOP;
    for (int i = 2; taken.contains(name); i++) {
      name = LOOP + "-" + i;
    }
    return name;
  }
}
