package dev.whetstone.demo.loop;

import com.fasterxml.jackson.databind.JsonNode;
import dev.whetstone.cli.terminal.ConditionWait;
import dev.whetstone.cli.terminal.GateLine;
import dev.whetstone.cli.terminal.Terminal;
import dev.whetstone.client.RemedyException;
import dev.whetstone.client.api.StackComponent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Follows a batch through the loop and shows each step. */
public final class LoopWatcher {
  private static final Duration SEAL_LIMIT = Duration.ofMinutes(5);
  private static final Duration RUN_LIMIT = Duration.ofMinutes(20);
  private static final Duration EVALUATION_LIMIT = Duration.ofMinutes(15);
  private static final Duration CURATION_LIMIT = Duration.ofMinutes(5);
  private static final int CURVE_WIDTH = 48;
  private static final int SAMPLE_STRIDE = 7;

  private final LoopView loop;
  private final Terminal terminal;

  public LoopWatcher(LoopView loop, Terminal terminal) {
    this.loop = loop;
    this.terminal = terminal;
  }

  /** Waits for the batch with this number and shows its counts. */
  public JsonNode awaitSealedBatch(int sequence) {
    JsonNode batch =
        await(
            "curation",
            SEAL_LIMIT,
            () -> loop.condition(StackComponent.CURATION, "Curating"),
            () -> loop.batch(sequence),
            "batch %d was not sealed".formatted(sequence),
            "./whetstone status and ./whetstone logs curation");
    terminal.print("  sealed     batch %d  %s", sequence, shortId(batch.path("batchId").asText()));
    batch.path("counts").properties().stream()
        .filter(form -> form.getValue().path("train").asInt() > 0)
        .forEach(
            form ->
                terminal.print(
                    "             %-11s train %d, validation %d, test %d",
                    form.getKey(),
                    form.getValue().path("train").asInt(),
                    form.getValue().path("validation").asInt(),
                    form.getValue().path("test").asInt()));
    return batch;
  }

  /** Shows the number of dropped examples per reason. */
  public void showFunnel() {
    List<String> parts = new ArrayList<>();
    loop.curation()
        .path("funnel")
        .properties()
        .forEach(reason -> parts.add(reason.getKey() + " " + reason.getValue().asText()));
    terminal.print(
        "  funnel     %s", parts.isEmpty() ? "nothing dropped" : String.join(", ", parts));
  }

  /** Waits until the run of a batch has succeeded, shows its loss curve and returns the run. */
  public JsonNode awaitTrainedRun(String batchId) {
    JsonNode run =
        await(
            "training",
            RUN_LIMIT,
            () -> progress(batchId),
            () -> loop.runOf(batchId).filter(LoopWatcher::isOver),
            "the run of batch %s did not finish".formatted(shortId(batchId)),
            "./whetstone logs training, and the worker log in .whetstone/work/");
    String runId = run.path("runId").asText();
    if (!"succeeded".equals(run.path("state").asText())) {
      throw new RemedyException(
          "run %s finished as %s: %s"
              .formatted(runId, run.path("state").asText(), run.path("reason").asText()),
          "see ./whetstone logs training, and the worker log in .whetstone/work/");
    }
    List<Double> losses = loop.metric(runId, "train_loss");
    terminal.print(
        "  trained    %s on %d examples, %d steps",
        runId, run.path("trainExamples").asInt(), run.path("steps").asInt());
    if (!losses.isEmpty()) {
      terminal.print(
          "             loss %s %s %s",
          number(losses.getFirst()), Sparkline.of(losses, CURVE_WIDTH), number(losses.getLast()));
    }
    return run;
  }

  /** Waits for the decision on a checkpoint and shows its gates. */
  public JsonNode awaitDecision(String checkpointId) {
    JsonNode decision =
        await(
            "evaluation",
            EVALUATION_LIMIT,
            () -> loop.condition(StackComponent.EVAL, "Judging"),
            () -> loop.decisionOn(checkpointId),
            "checkpoint %s was not evaluated".formatted(shortId(checkpointId)),
            "./whetstone logs eval");
    decision.path("gates").forEach(gate -> terminal.print("  gate       %s", GateLine.of(gate)));
    String verdict = decision.path("verdict").asText();
    terminal.print(
        "  decided    %s  %s",
        verdict.equals("PROMOTE") ? terminal.green(verdict) : terminal.yellow(verdict),
        GateLine.headline(decision));
    return decision;
  }

  /** Waits until the registry assigns this generation. */
  public void awaitInService(long generation) {
    await(
        "rollout",
        Duration.ofMinutes(5),
        () -> loop.condition(StackComponent.EVAL, "Serving"),
        () -> loop.generation() == generation ? Optional.of(true) : Optional.empty(),
        "generation %d was not put into service".formatted(generation),
        "./whetstone status and ./whetstone logs eval");
    terminal.print(
        "  promoted   generation %d: %s is in service",
        generation, loop.champion().path("servedName").asText());
  }

  /**
   * Waits until curation has decided on every correction of a ring, and returns their fates.
   * Curation re-examines a loop after a period without new events. A sample is queried first,
   * because each query is a call; its stride is coprime to the rows per user, so that it covers all
   * rows of a user.
   *
   * @param leftReady share that may stay {@code ready}: curation does not cut a pool smaller than a
   *     batch
   */
  public Map<String, Integer> awaitCurated(List<String> ids, double leftReady) {
    List<String> sample =
        IntStream.range(0, ids.size())
            .filter(i -> i % SAMPLE_STRIDE == 0)
            .mapToObj(ids::get)
            .toList();
    awaitFates(sample, leftReady);
    return awaitFates(ids, leftReady);
  }

  private Map<String, Integer> awaitFates(List<String> ids, double leftReady) {
    AtomicInteger answered = new AtomicInteger();
    return terminal
        .during(
            "curation",
            () ->
                "%d of %d fates, %s"
                    .formatted(
                        answered.get(),
                        ids.size(),
                        loop.condition(StackComponent.CURATION, "Curating")),
            () ->
                ConditionWait.until(
                    CURATION_LIMIT,
                    () -> {
                      answered.set(0);
                      Map<String, Integer> fates = loop.fates(ids, answered);
                      boolean joined =
                          Stream.of("unknown", "waiting").noneMatch(fates::containsKey);
                      boolean curated = fates.getOrDefault("ready", 0) <= leftReady * ids.size();
                      return joined && curated ? Optional.of(fates) : Optional.empty();
                    },
                    elapsed -> {}))
        .orElseThrow(
            () ->
                new RemedyException(
                    "curation did not decide on all corrections of the ring within %d s"
                        .formatted(CURATION_LIMIT.toSeconds()),
                    "see ./whetstone why " + ids.getFirst()));
  }

  private <T> T await(
      String what,
      Duration limit,
      Supplier<String> detail,
      Supplier<Optional<T>> condition,
      String failure,
      String where) {
    return terminal
        .await(what, limit, detail, condition)
        .orElseThrow(
            () ->
                new RemedyException(
                    "%s within %d s (%s)".formatted(failure, limit.toSeconds(), detail.get()),
                    "see " + where));
  }

  private String progress(String batchId) {
    Optional<JsonNode> run = loop.runOf(batchId);
    if (run.isEmpty()) {
      return loop.condition(StackComponent.TRAINING, "Training");
    }
    JsonNode attempts = run.get().path("attempts");
    JsonNode newest = attempts.path(attempts.size() - 1);
    return String.format(
        Locale.ROOT,
        "%s, step %d of %d (%d %%)",
        newest.path("state").asText("waiting"),
        newest.path("step").asInt(),
        run.get().path("steps").asInt(),
        newest.path("progressPercentage").asInt());
  }

  private static boolean isOver(JsonNode run) {
    return switch (run.path("state").asText()) {
      case "succeeded", "failed", "superseded" -> true;
      default -> false;
    };
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.3f", value);
  }

  static String shortId(String id) {
    return id.length() > 12 ? id.substring(0, 12) : id;
  }
}
