package dev.whetstone.chart;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The dashboards and rules of the chart, and the metrics that they may name. */
final class MonitoringFiles {
  static final Path SOURCES = ChartFiles.PROJECT.resolve("deploy/monitoring");
  private static final Path FILES = ChartFiles.CHART.resolve("files/monitoring");
  private static final Pattern CATALOGUED =
      Pattern.compile("(?m)^\\| `(whetstone_\\w+)` \\| ([^|]+) \\|");

  private MonitoringFiles() {}

  static List<Path> dashboards() {
    return ChartFiles.below(FILES.resolve("dashboards"), ".json");
  }

  static JsonNode read(Path file) {
    try {
      return ChartFiles.YAML.readTree(file.toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Every expression of a dashboard, annotations included. */
  static List<String> expressions(JsonNode dashboard) {
    return dashboard.findValues("expr").stream().map(JsonNode::asText).toList();
  }

  /** The names that {@code docs/metrics.md} allows. */
  static Set<String> catalogued() {
    Map<String, String> types = new HashMap<>();
    CATALOGUED
        .matcher(ChartFiles.text(ChartFiles.PROJECT.resolve("docs/metrics.md")))
        .results()
        .forEach(row -> types.put(row.group(1), row.group(2).strip()));
    Set<String> names = new HashSet<>();
    types.forEach(
        (name, type) -> {
          if (type.startsWith("timer")) {
            names.addAll(List.of(name + "_count", name + "_sum", name + "_max"));
            if (type.contains("buckets")) {
              names.add(name + "_bucket");
            }
          } else {
            names.add(name);
          }
        });
    return names;
  }

  /** Metrics of other programs. */
  static Set<String> foreign() {
    return ChartFiles.text(SOURCES.resolve("foreign-metrics.txt"))
        .lines()
        .filter(line -> !line.isBlank() && !line.startsWith("#"))
        .collect(Collectors.toSet());
  }

  /** The rules of the chart: alerts, and what they are computed from. */
  static List<JsonNode> rules() {
    List<JsonNode> rules = new ArrayList<>();
    for (JsonNode group : read(FILES.resolve("alerts.yaml")).path("groups")) {
      group.path("rules").forEach(rules::add);
    }
    return rules;
  }

  /** The tests of alerts that {@code promtool} runs. */
  static List<JsonNode> alertTests() {
    List<JsonNode> tests = new ArrayList<>();
    for (Path file : ChartFiles.below(SOURCES, ".test.yaml")) {
      for (JsonNode test : read(file).path("tests")) {
        test.path("alert_rule_test").forEach(tests::add);
      }
    }
    return tests;
  }

  /** Digests by path below {@code deploy}, in the order of the file. */
  static List<MatchResult> digests() {
    return new ArrayList<>(
        Pattern.compile("(?m)^([0-9a-f]{64})  (\\S+)$")
            .matcher(ChartFiles.text(SOURCES.resolve("dashboards.sha256")))
            .results()
            .toList());
  }
}
