package dev.whetstone.local.demo;

import com.fasterxml.jackson.databind.JsonNode;
import dev.whetstone.local.api.Api;
import dev.whetstone.local.keys.KeyFile;
import dev.whetstone.local.stack.Component;
import dev.whetstone.local.stack.StackOptions;
import dev.whetstone.local.terminal.Terminal;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
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

  /** Plays seeds {@code first} to {@code first + count - 1}. */
  public void play(long first, int count) {
    String appKey = appKey();
    Path folder = options.project().resolve("deploy/local/demo");
    List<DemoSummary> summaries = new ArrayList<>();
    Demo last = null;
    for (int i = 0; i < count; i++) {
      long seed = first + i;
      String loop = freshLoop();
      terminal.say("");
      terminal.say(
          terminal.bold("Demo with seed %d on the fresh loop %s/%s".formatted(seed, TENANT, loop)));
      last = new Demo(folder, api, appKey, terminal, clock, loop, seed);
      DemoSummary summary = last.play();
      summaries.add(summary);
      summary.write(options.home().demo().resolve("summary.json"));
      if (count > 1) {
        summary.write(options.home().demo().resolve("summary-seed-%d.json".formatted(seed)));
      }
    }
    if (count > 1) {
      Spread.show(summaries, terminal);
    }
    if (last != null) {
      outlook(last);
    }
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
