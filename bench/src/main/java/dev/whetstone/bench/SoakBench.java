package dev.whetstone.bench;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.whetstone.cli.terminal.ConditionWait;
import dev.whetstone.cli.terminal.Terminal;
import dev.whetstone.client.api.ApiClient;
import dev.whetstone.client.api.ApiReply;
import dev.whetstone.client.api.StackComponent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Sends corrections at a steady rate to a loop that seals and trains small batches, and samples
 * resident memory, rows, stored files and open handles each minute.
 */
final class SoakBench {
  private static final String TENANT = "soak";
  private static final String LOOP = "steady";
  private static final Duration SAMPLE = Duration.ofMinutes(1);
  private static final double KIB = 1024;
  private final BenchStack stack;
  private final Terminal terminal;
  private final Duration length;
  private final int rate;
  private final ApiClient api;
  private long sent;
  private long refused;

  SoakBench(BenchStack stack, Terminal terminal, Duration length, int rate) {
    this.stack = stack;
    this.terminal = terminal;
    this.length = length;
    this.rate = rate;
    this.api = stack.api(TENANT);
  }

  BenchReport run() {
    ObjectNode loop = stack.demoLoop(TENANT, LOOP);
    ((ObjectNode) loop.at("/spec/training")).put("epochs", 1).put("exampleCap", 300);
    ((ObjectNode) loop.path("spec")).putObject("budgets").put("maxRunsPerDay", 1_000);
    stack.declare(loop);
    stack.awaitDeclared(TENANT, LOOP);
    List<Map<String, Double>> samples = new ArrayList<>();
    long start = System.nanoTime();
    long nextSample = start;
    while (System.nanoTime() - start < length.toNanos()) {
      long second = System.nanoTime();
      sendSecond();
      if (System.nanoTime() >= nextSample) {
        nextSample += SAMPLE.toNanos();
        samples.add(sample());
        print(Duration.ofNanos(System.nanoTime() - start), samples.getLast());
      }
      awaitUntil(second + Duration.ofSeconds(1).toNanos());
    }
    samples.add(sample());
    return report(samples);
  }

  /** The middle of the run is compared with its end: the first part fills caches and pools. */
  private BenchReport report(List<Map<String, Double>> samples) {
    BenchReport report = new BenchReport();
    Map<String, Double> middle = samples.get(samples.size() / 2);
    Map<String, Double> last = samples.getLast();
    last.forEach(
        (name, value) ->
            report.add(
                name, value, "", value / Math.max(1, middle.getOrDefault(name, 0.0)), "flat"));
    report.add("events sent", sent, "");
    report.add("events refused", refused, "");
    return report;
  }

  private void sendSecond() {
    ArrayNode interactions = ApiClient.JSON.createArrayNode();
    ArrayNode corrections = ApiClient.JSON.createArrayNode();
    for (int i = 0; i < rate / 2; i++) {
      long n = sent / 2 + i;
      String response = "soak-" + n;
      ObjectNode interaction =
          interactions
              .addObject()
              .put("responseId", response)
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
      corrections
          .addObject()
          .put("responseId", response)
          .put("endUser", "u-" + n % 5_000)
          .put("kind", "correction")
          .put(
              "correctedOutput",
              "Part %d costs %d euros. [ticket %d]".formatted(n * 13, n % 97, n));
    }
    post("interactions", interactions);
    post("feedback", corrections);
    sent += rate;
  }

  private void post(String path, ArrayNode items) {
    ApiReply reply = api.post(StackComponent.INGEST, "/v1/loops/" + LOOP + "/" + path, items);
    if (!reply.isOk()) {
      refused += items.size();
    }
  }

  private Map<String, Double> sample() {
    Map<String, Double> sample = new LinkedHashMap<>();
    for (StackComponent component : EnumSet.allOf(StackComponent.class)) {
      stack
          .stack()
          .process(component)
          .ifPresent(
              process -> {
                sample.put(component.id() + ": resident MiB", residentMib(process.pid()));
                sample.put(component.id() + ": handles", (double) handles(process.pid()));
              });
    }
    for (StackComponent service :
        List.of(StackComponent.CURATION, StackComponent.TRAINING, StackComponent.EVAL)) {
      sample.put(
          service.id() + ": rows",
          stack.number(service, "select coalesce(sum(n_live_tup), 0) from pg_stat_user_tables"));
    }
    sample.put("stored files", (double) storedFiles());
    return sample;
  }

  private void print(Duration elapsed, Map<String, Double> sample) {
    terminal.print("  %d min  %s", elapsed.toMinutes(), sample);
  }

  private static double residentMib(long pid) {
    Path status = Path.of("/proc", Long.toString(pid), "status");
    try (Stream<String> lines = Files.lines(status)) {
      return lines
              .filter(line -> line.startsWith("VmRSS:"))
              .map(line -> line.replaceAll("\\D+", ""))
              .mapToDouble(Double::parseDouble)
              .findFirst()
              .orElse(0)
          / KIB;
    } catch (IOException e) {
      return 0; // not Linux, or the process has ended
    }
  }

  private static long handles(long pid) {
    try (Stream<Path> open = Files.list(Path.of("/proc", Long.toString(pid), "fd"))) {
      return open.count();
    } catch (IOException e) {
      return 0;
    }
  }

  private long storedFiles() {
    try (Stream<Path> all = Files.walk(stack.store())) {
      return all.count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
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
