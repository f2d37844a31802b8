package dev.whetstone.demo;

import com.fasterxml.jackson.databind.JsonNode;
import dev.whetstone.cli.terminal.GateLine;
import dev.whetstone.cli.terminal.Terminal;
import dev.whetstone.client.RemedyException;
import dev.whetstone.client.api.ApiClient;
import dev.whetstone.client.api.StackComponent;
import dev.whetstone.demo.loop.DemoLoopDeclaration;
import dev.whetstone.demo.loop.LoopView;
import dev.whetstone.demo.loop.LoopWatcher;
import dev.whetstone.demo.measure.DemoExpectations;
import dev.whetstone.demo.measure.ModelComparison;
import dev.whetstone.demo.measure.ModelMeasurement;
import dev.whetstone.demo.traffic.HonestWave;
import dev.whetstone.demo.traffic.LiveModel;
import dev.whetstone.demo.traffic.PoisonWave;
import dev.whetstone.demo.traffic.ProductApp;
import dev.whetstone.demo.world.ToyWorld;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * One run of the demo on a fresh loop: honest feedback brings a better adapter into service, two
 * poisonings do not. Every figure comes from the services or from asking the live model.
 */
final class DemoRun {
  private static final double MOST_POISON_USED = 0.02;

  /** The generation that honest feedback brings into service on a fresh loop. */
  private static final long PROMOTED = 1;

  private final Path folder;
  private final ApiClient api;
  private final Terminal terminal;
  private final Clock clock;
  private final long seed;
  private final String name;
  private final ToyWorld world;
  private final LoopView loop;
  private final LoopWatcher watch;
  private final LiveModel model;
  private final ProductApp app;
  private final DemoExpectations expectations;
  private final DemoLoopDeclaration declaration;

  /** How many malformed items were sent; only the first wave has any. */
  private int malformed;

  private final Map<String, Double> seconds = new LinkedHashMap<>();
  private final List<DemoSummary.Poison> poisonings = new ArrayList<>();

  /**
   * @param folder with the world, the loop file and the suites
   * @param api called with an operator's key
   * @param appKey with which the product app sends
   * @param name of the loop; must not be there yet
   */
  DemoRun(
      Path folder,
      ApiClient api,
      String appKey,
      Terminal terminal,
      Clock clock,
      String name,
      long seed) {
    this.folder = folder;
    this.api = api;
    this.terminal = terminal;
    this.clock = clock;
    this.seed = seed;
    this.name = name;
    this.world = ToyWorld.read(folder.resolve("world.json"));
    this.loop = new LoopView(api, name);
    this.watch = new LoopWatcher(loop, terminal);
    this.model = new LiveModel(api, name);
    this.app = new ProductApp(api.with(appKey), name);
    this.expectations = new DemoExpectations(terminal);
    this.declaration =
        new DemoLoopDeclaration(folder.resolve("loop.yaml"), api, name, seed, terminal);
  }

  /** Plays it all. */
  DemoSummary play() {
    declaration.apply(true);
    ModelComparison live = ModelComparison.of(model, world, folder, seed, terminal, expectations);
    ModelMeasurement before = timed("before", () -> live.measure("before"));

    JsonNode promotion = honestWave();
    ModelMeasurement after = timed("after", () -> live.measure("after"));
    title("The same questions before and after, from the live server");
    live.showSameQuestions(before, after);
    live.expectImprovement(before, after, page(promotion));

    poisonWithAbuseStage();
    JsonNode rejection = poisonWithoutAbuseStage();
    ModelMeasurement afterPoison = timed("afterPoison", () -> live.measure("after poison"));
    live.expectUnharmed(after, afterPoison);
    checkNothingLost();
    return summary(before, after, afterPoison, List.of(promotion, rejection));
  }

  private JsonNode honestWave() {
    title("Wave 1: end users who know the new answering policy");
    terminal.say("  %s", HonestWave.describe());
    HonestWave wave = new HonestWave(world, seed, name, clock.instant());
    timed("feedback", () -> send(wave::play));
    malformed = wave.malformed();
    receipts();
    JsonNode batch = timed("curation", () -> watch.sealed(1));
    watch.funnel();
    JsonNode run = timed("training", () -> watch.trained(batch.path("batchId").asText()));
    JsonNode decision = timed("judging", () -> watch.decided(run.path("checkpointId").asText()));
    expectations.expect(
        "PROMOTE".equals(decision.path("verdict").asText()),
        "honest feedback is promoted",
        decision.path("verdict").asText(),
        page(decision));
    timed("rollout", () -> play(() -> watch.inService(PROMOTED)));
    Map<String, Integer> takenBack = loop.fates(wave.retractedIds());
    expectations.expect(
        takenBack.equals(Map.of("withdrawn", wave.retractedIds().size())),
        "what end users took back is withdrawn",
        takenBack.toString(),
        "./whetstone why " + wave.retractedIds().getFirst());
    return decision;
  }

  private void poisonWithAbuseStage() {
    title("Wave 2: %d colluding users teach \"99 days\"; curation's abuse stage is on");
    PoisonWave wave = new PoisonWave(world, seed + 2, name + "-ring1", clock.instant());
    timed("poisonFeedback", () -> send(wave::play));
    receipts();
    Map<String, Integer> fates =
        timed("poisonCuration", () -> watch.judged(wave.feedbackIds(), MOST_POISON_USED));
    terminal.say("  fates      %s", fates);
    watch.funnel();
    int used = fates.getOrDefault("used", 0);
    expectations.expect(
        used <= MOST_POISON_USED * wave.feedbackIds().size(),
        "curation keeps the poison out of the batches",
        "%d of %d corrections used".formatted(used, wave.feedbackIds().size()),
        "./whetstone why " + wave.feedbackIds().getFirst());
    boolean inService = expectChampionStays();
    poisonings.add(new DemoSummary.Poison(true, "stopped by curation: " + fates, inService));
  }

  private JsonNode poisonWithoutAbuseStage() {
    title("Wave 3: %d others do the same; the abuse stage is off, only the gates are left");
    int next = loop.batches() + 1;
    declaration.apply(false);
    PoisonWave wave = new PoisonWave(world, seed + 3, name + "-ring2", clock.instant());
    timed("poison2Feedback", () -> send(wave::play));
    receipts();
    JsonNode batch = timed("poison2Curation", () -> watch.sealed(next));
    JsonNode run = timed("poison2Training", () -> watch.trained(batch.path("batchId").asText()));
    JsonNode decision =
        timed("poison2Judging", () -> watch.decided(run.path("checkpointId").asText()));
    expectations.expect(
        "REJECT".equals(decision.path("verdict").asText()),
        "the gates reject the poisoned candidate",
        decision.path("verdict").asText(),
        page(decision));
    boolean inService = expectChampionStays();
    poisonings.add(
        new DemoSummary.Poison(
            false, "rejected by the gates: " + GateLine.headline(decision), inService));
    return decision;
  }

  /** Says whether another than the promoted adapter answers. */
  private boolean expectChampionStays() {
    long generation = loop.generation();
    boolean moved = generation != PROMOTED;
    expectations.expect(
        !moved, "the champion stays", "generation " + generation, "./whetstone status");
    return moved;
  }

  private void checkNothingLost() {
    int accepted = app.acceptedIds().size();
    int known = loop.fateCounts().path("total").asInt();
    expectations.expect(
        accepted == known,
        "every accepted event has a fate",
        "%d accepted, %d with a fate".formatted(accepted, known),
        "GET /v1/loops/" + name + "/fates/counts of curation");
  }

  private void receipts() {
    terminal.say(
        "  receipts   %d sent, %d accepted, %d refused%s",
        app.sent(),
        app.accepted(),
        app.refusals().size(),
        app.refusals().isEmpty()
            ? ""
            : " (for example %s at %s)"
                .formatted(app.refusals().getFirst().code(), app.refusals().getFirst().pointer()));
    expectations.expect(
        areOf(malformed, app.refusals()),
        "only what is malformed is refused, each with its reason and place",
        "%d refused of %d malformed".formatted(app.refusals().size(), malformed),
        "./whetstone logs ingest");
  }

  /** Whether so many were refused and each of them says why and where. */
  static boolean areOf(int malformed, List<ProductApp.Refusal> refusals) {
    return refusals.size() == malformed
        && refusals.stream().noneMatch(r -> r.code().isBlank() || r.pointer().isBlank());
  }

  private DemoSummary summary(
      ModelMeasurement before,
      ModelMeasurement after,
      ModelMeasurement afterPoison,
      List<JsonNode> decisions) {
    return new DemoSummary(
        seed,
        DemoSummary.ExactMatch.of(before, after, afterPoison),
        DemoSummary.Skills.of(before, after),
        decisions.stream().map(DemoSummary.Verdict::of).toList(),
        List.copyOf(poisonings),
        new LinkedHashMap<>(seconds),
        DemoSummary.EventCounts.of(app, loop));
  }

  /** The address of a decision's page. */
  String page(JsonNode decision) {
    return api.baseUrl(StackComponent.EVAL) + "/decisions/" + decision.path("decisionId").asText();
  }

  /** The newest decision that promoted. */
  Optional<JsonNode> promotion() {
    return loop.decisions().stream()
        .filter(decision -> "PROMOTE".equals(decision.path("verdict").asText()))
        .findFirst();
  }

  private void title(String text) {
    terminal.say("");
    terminal.say(terminal.bold(text.contains("%d") ? text.formatted(PoisonWave.USERS) : text));
  }

  /** Lets the people of a wave ask the live model and the product app send what they made of it. */
  private boolean send(BiConsumer<LiveModel, ProductApp> wave) {
    int answers = model.answered();
    int events = app.sent();
    return terminal.during(
        "end users",
        () ->
            "%d answers, %d events sent".formatted(model.answered() - answers, app.sent() - events),
        () -> {
          wave.accept(model, app);
          return true;
        });
  }

  private boolean play(Runnable step) {
    step.run();
    return true;
  }

  private <T> T timed(String stage, java.util.function.Supplier<T> step) {
    long start = System.nanoTime();
    try {
      return step.get();
    } finally {
      seconds.merge(stage, (System.nanoTime() - start) / 1e9, Double::sum);
    }
  }

  /** For the last lines of the demo. */
  String describeSeconds() {
    double all = seconds.values().stream().mapToDouble(Double::doubleValue).sum();
    return String.format(Locale.ROOT, "%.0f s", all);
  }

  /** Used by the last lines of the demo: one end user's correction that was learned from. */
  String exampleCorrection() {
    return name + "-correction-000";
  }

  /** A correction of the ring that curation kept away. */
  String poisonedCorrection() {
    if (poisonings.isEmpty()) {
      throw new RemedyException("the ring has not played yet", "play the demo first");
    }
    return name + "-ring1-correction-000";
  }
}
