package dev.whetstone.demo;

import com.fasterxml.jackson.databind.JsonNode;
import dev.whetstone.cli.terminal.GateLine;
import dev.whetstone.cli.terminal.Terminal;
import dev.whetstone.client.RemedyException;
import dev.whetstone.client.api.ApiClient;
import dev.whetstone.client.api.DecisionLink;
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
 * One run of the demo on a new loop: honest feedback promotes a better adapter, two poisoning
 * attacks fail. Every figure comes from the services or from querying the live model.
 */
final class DemoRun {
  private static final double MAX_POISON_USED = 0.02;

  /** The generation that honest feedback promotes on a new loop. */
  private static final long PROMOTED = 1;

  private final Path folder;
  private final ApiClient api;
  private final Terminal terminal;
  private final Clock clock;
  private final long seed;
  private final String name;
  private final ToyWorld world;
  private final LoopView loop;
  private final LoopWatcher watcher;
  private final LiveModel model;
  private final ProductApp app;
  private final DemoExpectations expectations;
  private final DemoLoopDeclaration declaration;

  /** Number of malformed items sent; only the first wave has any. */
  private int malformed;

  private final Map<String, Double> seconds = new LinkedHashMap<>();
  private final List<DemoSummary.Poison> poisonings = new ArrayList<>();

  /**
   * @param folder folder of the world, the loop file and the suites
   * @param api client with an operator key
   * @param appKey key of the product app
   * @param name name of the loop; must be unused
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
    this.watcher = new LoopWatcher(loop, terminal);
    this.model = new LiveModel(api, name);
    this.app = new ProductApp(api.with(appKey), name);
    this.expectations = new DemoExpectations(terminal);
    this.declaration =
        new DemoLoopDeclaration(folder.resolve("loop.yaml"), api, name, seed, terminal);
  }

  /** Runs all waves and checks. */
  DemoSummary run() {
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
    expectNothingLost();
    return summary(before, after, afterPoison, List.of(promotion, rejection));
  }

  private JsonNode honestWave() {
    title("Wave 1: end users who know the new answering policy");
    terminal.print("  %s", HonestWave.describe());
    HonestWave wave = new HonestWave(world, seed, name, clock.instant());
    timed("feedback", () -> send(wave::send));
    malformed = wave.malformed();
    showReceipts();
    JsonNode batch = timed("curation", () -> watcher.awaitSealedBatch(1));
    watcher.showFunnel();
    JsonNode run = timed("training", () -> watcher.awaitTrainedRun(batch.path("batchId").asText()));
    JsonNode decision =
        timed("judging", () -> watcher.awaitDecision(run.path("checkpointId").asText()));
    expectations.expect(
        "PROMOTE".equals(decision.path("verdict").asText()),
        "the adapter trained on honest feedback is promoted",
        decision.path("verdict").asText(),
        page(decision));
    timed("rollout", () -> done(() -> watcher.awaitInService(PROMOTED)));
    Map<String, Integer> retracted = loop.fates(wave.retractedIds());
    expectations.expect(
        retracted.equals(Map.of("withdrawn", wave.retractedIds().size())),
        "retracted feedback is withdrawn",
        retracted.toString(),
        "./whetstone why " + wave.retractedIds().getFirst());
    return decision;
  }

  private void poisonWithAbuseStage() {
    title("Wave 2: %d colluding users teach \"99 days\"; curation's abuse stage is on");
    PoisonWave wave = new PoisonWave(world, seed + 2, name + "-ring1", clock.instant());
    timed("poisonFeedback", () -> send(wave::send));
    showReceipts();
    Map<String, Integer> fates =
        timed("poisonCuration", () -> watcher.awaitCurated(wave.feedbackIds(), MAX_POISON_USED));
    terminal.print("  fates      %s", fates);
    watcher.showFunnel();
    int used = fates.getOrDefault("used", 0);
    expectations.expect(
        used <= MAX_POISON_USED * wave.feedbackIds().size(),
        "curation keeps the poison out of the batches",
        "%d of %d corrections used".formatted(used, wave.feedbackIds().size()),
        "./whetstone why " + wave.feedbackIds().getFirst());
    boolean inService = expectChampionUnchanged();
    poisonings.add(new DemoSummary.Poison(true, "stopped by curation: " + fates, inService));
  }

  private JsonNode poisonWithoutAbuseStage() {
    title("Wave 3: %d other users do the same; the abuse stage is off, so only the gates are left");
    int next = loop.batches() + 1;
    declaration.apply(false);
    PoisonWave wave = new PoisonWave(world, seed + 3, name + "-ring2", clock.instant());
    timed("poison2Feedback", () -> send(wave::send));
    showReceipts();
    JsonNode batch = timed("poison2Curation", () -> watcher.awaitSealedBatch(next));
    JsonNode run =
        timed("poison2Training", () -> watcher.awaitTrainedRun(batch.path("batchId").asText()));
    JsonNode decision =
        timed("poison2Judging", () -> watcher.awaitDecision(run.path("checkpointId").asText()));
    expectations.expect(
        "REJECT".equals(decision.path("verdict").asText()),
        "the gates reject the poisoned candidate",
        decision.path("verdict").asText(),
        page(decision));
    boolean inService = expectChampionUnchanged();
    poisonings.add(
        new DemoSummary.Poison(
            false, "rejected by the gates: " + GateLine.headline(decision), inService));
    return decision;
  }

  /** Returns whether another model than the promoted adapter is in service. */
  private boolean expectChampionUnchanged() {
    long generation = loop.generation();
    boolean moved = generation != PROMOTED;
    expectations.expect(
        !moved, "the champion is unchanged", "generation " + generation, "./whetstone status");
    return moved;
  }

  private void expectNothingLost() {
    int accepted = app.acceptedIds().size();
    int known = loop.fateCounts().path("total").asInt();
    expectations.expect(
        accepted == known,
        "every accepted event has a fate",
        "%d accepted, %d with a fate".formatted(accepted, known),
        "GET /v1/loops/" + name + "/fates/counts of curation");
  }

  private void showReceipts() {
    terminal.print(
        "  receipts   %d sent, %d accepted, %d rejected%s",
        app.sent(),
        app.accepted(),
        app.rejections().size(),
        app.rejections().isEmpty()
            ? ""
            : " (for example %s at %s)"
                .formatted(
                    app.rejections().getFirst().code(), app.rejections().getFirst().pointer()));
    expectations.expect(
        onlyMalformedRejected(malformed, app.rejections()),
        "only malformed items are rejected, each with its reason and location",
        "%d rejected, %d malformed".formatted(app.rejections().size(), malformed),
        "./whetstone logs ingest");
  }

  /** Whether exactly this many items were rejected, each with a reason and a location. */
  static boolean onlyMalformedRejected(int malformed, List<ProductApp.Rejection> rejections) {
    return rejections.size() == malformed
        && rejections.stream().noneMatch(r -> r.code().isBlank() || r.pointer().isBlank());
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

  /** A link that opens the decision page once. */
  String page(JsonNode decision) {
    return DecisionLink.create(api, decision.path("decisionId").asText());
  }

  /** The newest decision with the verdict PROMOTE. */
  Optional<JsonNode> promotion() {
    return loop.decisions().stream()
        .filter(decision -> "PROMOTE".equals(decision.path("verdict").asText()))
        .findFirst();
  }

  private void title(String text) {
    terminal.print("");
    terminal.print(terminal.bold(text.contains("%d") ? text.formatted(PoisonWave.USERS) : text));
  }

  /**
   * Lets the end users of a wave query the live model, and sends their interactions and feedback.
   */
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

  private boolean done(Runnable step) {
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

  /** Total time, for the last lines of the demo. */
  String describeSeconds() {
    double all = seconds.values().stream().mapToDouble(Double::doubleValue).sum();
    return String.format(Locale.ROOT, "%.0f s", all);
  }

  /** Id of a correction that was used for training, for the last lines of the demo. */
  String exampleCorrection() {
    return name + "-correction-000";
  }

  /** Id of a correction of the ring that curation kept out of the batches. */
  String poisonedCorrection() {
    if (poisonings.isEmpty()) {
      throw new RemedyException("the poison wave has not run yet", "run the demo first");
    }
    return name + "-ring1-correction-000";
  }
}
