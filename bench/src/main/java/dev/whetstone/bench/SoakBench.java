package dev.whetstone.bench;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.whetstone.cli.terminal.ConditionWait;
import dev.whetstone.cli.terminal.Terminal;
import dev.whetstone.client.api.ApiClient;
import dev.whetstone.client.api.ApiReply;
import dev.whetstone.client.api.StackComponent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Sends interactions, signals and corrections at a steady rate to a loop that seals, trains and
 * judges small batches, and samples what the stack holds. Retention times are minutes, so that
 * after the first quarter of an hour as many rows and files end as begin.
 */
final class SoakBench {
  private static final String TENANT = "soak";
  private static final String LOOP = "steady";
  private static final Duration SAMPLE = Duration.ofMinutes(1);
  private static final String KEEP = "PT8M";

  /** Settings under which every kind of data ends within minutes. */
  static final Map<String, String> SHORT_RETENTION =
      Map.ofEntries(
          Map.entry("WHETSTONE_CURATION_WAITING_BACKLOG", "PT2M"),
          Map.entry("WHETSTONE_CURATION_RETENTION_EVERY", "1m"),
          Map.entry("WHETSTONE_CURATION_RETENTION_DROPPED_TEXT", KEEP),
          Map.entry("WHETSTONE_CURATION_RETENTION_DEAD_LETTER_TEXT", KEEP),
          Map.entry("WHETSTONE_CURATION_RETENTION_FATES", KEEP),
          Map.entry("WHETSTONE_CURATION_RETENTION_TOMBSTONES", KEEP),
          Map.entry("WHETSTONE_CURATION_RETENTION_FINDINGS", KEEP),
          Map.entry("WHETSTONE_CURATION_RETENTION_CUTS", KEEP),
          Map.entry("WHETSTONE_INBOX_KEEP", KEEP),
          Map.entry("WHETSTONE_INBOX_PRUNE_EVERY", "1m"),
          Map.entry("WHETSTONE_TRAINING_RETENTION_SWEEP_EVERY", "1m"),
          Map.entry("WHETSTONE_TRAINING_RETENTION_RUN_OBJECTS", KEEP),
          Map.entry("WHETSTONE_TRAINING_RETENTION_REJECTED_ADAPTERS", KEEP),
          Map.entry("WHETSTONE_TRAINING_RETENTION_METRICS", KEEP),
          Map.entry("WHETSTONE_TRAINING_RETENTION_ATTEMPTS", KEEP),
          Map.entry("WHETSTONE_TRAINING_RETENTION_WORKER_FOLDERS", KEEP),
          Map.entry("WHETSTONE_EVAL_RETENTION_EVERY", "1m"),
          Map.entry("WHETSTONE_EVAL_RETENTION_ANSWERS", KEEP),
          Map.entry("WHETSTONE_EVAL_RETENTION_EVIDENCE_TEXTS", KEEP),
          Map.entry("WHETSTONE_EVAL_RETENTION_DECISION_FACTS", KEEP),
          Map.entry("WHETSTONE_EVAL_RETENTION_PROBES", KEEP));

  private final BenchStack stack;
  private final Terminal terminal;
  private final Duration length;
  private final int rate;
  private final ApiClient api;
  private final SoakSampler sampler;
  private long seconds;
  private long responses;
  private long corrected;
  private long sent;
  private long refused;

  SoakBench(BenchStack stack, Terminal terminal, Duration length, int rate) {
    this.stack = stack;
    this.terminal = terminal;
    this.length = length;
    this.rate = rate;
    this.api = stack.api(TENANT);
    this.sampler = new SoakSampler(stack);
  }

  BenchReport run() {
    stack.declare(loop());
    stack.awaitDeclared(TENANT, LOOP);
    List<Map<String, Double>> samples = new ArrayList<>();
    long start = System.nanoTime();
    long nextSample = start + SAMPLE.toNanos();
    while (System.nanoTime() - start < length.toNanos()) {
      sendSecond();
      seconds++;
      if (System.nanoTime() >= nextSample) {
        nextSample += SAMPLE.toNanos();
        samples.add(sampler.sample());
        print(Duration.ofNanos(System.nanoTime() - start), samples.getLast());
      }
      awaitUntil(start + Duration.ofSeconds(seconds).toNanos());
    }
    samples.add(sampler.sample());
    return report(samples);
  }

  private ObjectNode loop() {
    ObjectNode loop = stack.demoLoop(TENANT, LOOP);
    ObjectNode spec = (ObjectNode) loop.path("spec");
    ((ObjectNode) spec.path("training")).put("epochs", 1).put("exampleCap", 300);
    ((ObjectNode) spec.at("/curation/seal")).put("minExamples", 600);
    ((ObjectNode) spec.path("curation")).put("joinWindow", "PT2M");
    spec.putObject("budgets").put("maxRunsPerDay", 1_000);
    spec.putObject("retention").put("interactions", KEEP);
    return loop;
  }

  /** The means of the third and the last quarter: the first half fills what is kept for minutes. */
  private BenchReport report(List<Map<String, Double>> samples) {
    BenchReport report = new BenchReport();
    int n = samples.size();
    Map<String, Double> third = means(samples.subList(n / 2, Math.max(n / 2 + 1, 3 * n / 4)));
    Map<String, Double> last = means(samples.subList(Math.min(3 * n / 4, n - 1), n));
    last.forEach(
        (name, value) -> {
          double before = third.getOrDefault(name, 0.0);
          boolean grows = name.startsWith("batches") || name.contains("decisions name");
          report.add(name, value, "", before == 0 ? 0 : value / before, grows ? "" : "flat");
        });
    report.add("events sent", sent, "");
    report.add("events sent per second", sent / (double) Math.max(1, length.toSeconds()), "/s");
    report.add("events refused", refused, "");
    report.add("decisions", stack.number(StackComponent.EVAL, "select count(*) from decision"), "");
    return report;
  }

  private static Map<String, Double> means(List<Map<String, Double>> samples) {
    return samples.stream()
        .flatMap(sample -> sample.entrySet().stream())
        .filter(entry -> !entry.getValue().isNaN())
        .collect(
            Collectors.groupingBy(
                Map.Entry::getKey,
                LinkedHashMap::new,
                Collectors.averagingDouble(Map.Entry::getValue)));
  }

  /** Half of the events are interactions, a tenth corrections, the others signals. */
  private void sendSecond() {
    ArrayNode interactions = ApiClient.JSON.createArrayNode();
    ArrayNode feedback = ApiClient.JSON.createArrayNode();
    long first = responses;
    for (int i = 0; i < rate / 2; i++) {
      interactions.add(interaction(responses++));
    }
    for (long n = first; n < responses; n++) {
      feedback.add(n % 5 == 0 ? correction(n) : signal(n));
    }
    post("interactions", interactions);
    post("feedback", feedback);
  }

  private static ObjectNode interaction(long n) {
    ObjectNode interaction =
        ApiClient.JSON
            .createObjectNode()
            .put("responseId", "soak-" + n)
            .put("conversationId", "c-" + n)
            .put("endUser", "u-" + n % 5_000);
    interaction
        .putObject("request")
        .putArray("messages")
        .addObject()
        .put("role", "user")
        .put("content", "My order is %d. What does part %d cost?".formatted(n, n * 13));
    interaction
        .putObject("response")
        .putObject("message")
        .put("role", "assistant")
        .put("content", "Order %d. It costs 10 euros.".formatted(n));
    return interaction;
  }

  private ObjectNode correction(long n) {
    corrected++;
    return ApiClient.JSON
        .createObjectNode()
        .put("responseId", "soak-" + n)
        .put("endUser", "u-" + n % 5_000)
        .put("kind", "correction")
        .put("correctedOutput", "Part %d costs %d euros. [ticket %d]".formatted(n * 13, n % 97, n));
  }

  private static ObjectNode signal(long n) {
    return ApiClient.JSON
        .createObjectNode()
        .put("responseId", "soak-" + n)
        .put("endUser", "u-" + n % 5_000)
        .put("kind", "implicit")
        .put("name", "copied")
        .put("value", true);
  }

  private void post(String path, ArrayNode items) {
    ApiReply reply = api.post(StackComponent.INGEST, "/v1/loops/" + LOOP + "/" + path, items);
    sent += items.size();
    if (!reply.isOk()) {
      refused += items.size();
      terminal.print("  refused with %d: %s", reply.status(), reply.problem());
    }
  }

  private void print(Duration elapsed, Map<String, Double> sample) {
    terminal.print(
        "  %d min, %d sent, %d corrections: %s",
        elapsed.toMinutes(),
        sent,
        corrected,
        sample.entrySet().stream()
            .map(entry -> String.format(Locale.ROOT, "%s %.0f", entry.getKey(), entry.getValue()))
            .collect(Collectors.joining(", ")));
  }

  private static void awaitUntil(long nanoTime) {
    Optional<Boolean> over =
        ConditionWait.until(
            Duration.ofSeconds(2),
            () -> System.nanoTime() >= nanoTime ? Optional.of(true) : Optional.empty(),
            elapsed -> {});
    if (over.isEmpty()) {
      throw new IllegalStateException("interrupted");
    }
  }
}
