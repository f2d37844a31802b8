package dev.whetstone.bench;

import dev.whetstone.client.api.StackComponent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Reads what a stack holds now: memory and handles per process, rows per service, files. */
final class SoakSampler {
  private static final double MIB = 1 << 20;
  private static final double KIB = 1 << 10;
  private static final int MOST_OUTPUT_BYTES = 1 << 16;
  private static final Pattern HEAP_USED = Pattern.compile("total \\d+K, used (\\d+)K");

  private static final Set<StackComponent> DATABASES =
      EnumSet.of(StackComponent.CURATION, StackComponent.TRAINING, StackComponent.EVAL);

  /** Rows without an end in docs/retention.md: a batch, a run or a decision names them. */
  private static final Set<String> NAMED_BY_BATCHES =
      Set.of(
          "example", // of which only those of sealed batches stay
          "example_event",
          "example_feature",
          "conversation",
          "batch",
          "batch_blob",
          "batch_check",
          "cut",
          "sealed_batch",
          "run",
          "checkpoint",
          "evaluation",
          "decision",
          "champion",
          "champion_history",
          "rollout");

  private final BenchStack stack;

  SoakSampler(BenchStack stack) {
    this.stack = stack;
  }

  /** Every figure by its name, in the order of the report. */
  Map<String, Double> sample() {
    Map<String, Double> sample = new LinkedHashMap<>();
    for (StackComponent component : EnumSet.allOf(StackComponent.class)) {
      stack
          .stack()
          .process(component)
          .ifPresent(process -> process(sample, component, process.pid()));
    }
    for (StackComponent service : DATABASES) {
      rows(sample, service);
    }
    double batches = stack.number(StackComponent.CURATION, "select count(*) from batch");
    double files = files(stack.store());
    sample.put("batches", batches);
    sample.put("stored files per batch", files / Math.max(1, batches));
    sample.put("work folder: files", files(stack.stack().options().home().work()));
    sample.put("logs MiB", bytes(stack.stack().options().home().logs()) / MIB);
    return sample;
  }

  private void process(Map<String, Double> sample, StackComponent component, long pid) {
    if (component != StackComponent.MODEL_SERVER) {
      sample.put(component.id() + ": heap after a collection, MiB", heapMib(pid));
    }
    sample.put(component.id() + ": resident MiB", residentMib(pid));
    sample.put(component.id() + ": handles", handles(pid));
  }

  /** Collects first, so that the figure is what the program holds and not what it left behind. */
  private double heapMib(long pid) {
    jcmd(pid, "GC.run");
    Matcher used = HEAP_USED.matcher(jcmd(pid, "GC.heap_info"));
    double kib = 0;
    while (used.find()) {
      kib += Double.parseDouble(used.group(1));
    }
    return kib / KIB;
  }

  private String jcmd(long pid, String command) {
    Path jcmd = stack.stack().options().javaHome().resolve("bin/jcmd");
    try {
      Process process =
          new ProcessBuilder(jcmd.toString(), Long.toString(pid), command)
              .redirectErrorStream(true)
              .start();
      // Its answer fits into the pipe, so that it ends without a reader.
      if (!process.waitFor(30, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        return "";
      }
      return new String(
          process.getInputStream().readNBytes(MOST_OUTPUT_BYTES), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot run " + jcmd, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "";
    }
  }

  private void rows(Map<String, Double> sample, StackComponent service) {
    double ends = 0;
    double stays = 0;
    for (String table : tables(service)) {
      double rows = stack.number(service, "select count(*) from " + table);
      if (NAMED_BY_BATCHES.contains(table)) {
        stays += rows;
      } else {
        ends += rows;
      }
    }
    sample.put(service.id() + ": rows with an end", ends);
    sample.put(service.id() + ": rows that batches and decisions name", stays);
  }

  private List<String> tables(StackComponent service) {
    return stack.names(
        service, "select relname from pg_stat_user_tables where schemaname = 'public' order by 1");
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

  private static double handles(long pid) {
    try (Stream<Path> open = Files.list(Path.of("/proc", Long.toString(pid), "fd"))) {
      return open.count();
    } catch (IOException e) {
      return 0; // not Linux, or the process has ended
    }
  }

  private static double files(Path folder) {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(Files::isRegularFile).count();
    } catch (IOException | UncheckedIOException e) {
      return Double.NaN; // a file ended while the folder was read
    }
  }

  private static double bytes(Path folder) {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.map(Path::toFile).mapToLong(java.io.File::length).sum();
    } catch (IOException | UncheckedIOException e) {
      return Double.NaN; // a file ended while the folder was read
    }
  }
}
