package dev.whetstone.chart;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The committed dashboards. {@code ./whetstone test monitoring} runs their expressions. */
class DashboardsTest {
  private static final Path DEPLOY = ChartFiles.PROJECT.resolve("deploy");

  static Stream<Path> dashboards() {
    return MonitoringFiles.dashboards().stream();
  }

  @Test
  void shouldBelongToTheGeneratorsSources() throws IOException, NoSuchAlgorithmException {
    Set<String> listed = new TreeSet<>();
    for (MatchResult line : MonitoringFiles.digests()) {
      byte[] content = Files.readAllBytes(DEPLOY.resolve(line.group(2)));
      assertThat(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content)))
          .as("%s changed: run deploy/monitoring/generate.py (docs/monitoring.md)", line.group(2))
          .isEqualTo(line.group(1));
      listed.add(line.group(2));
    }
    Stream<Path> sources =
        ChartFiles.below(MonitoringFiles.SOURCES.resolve("boards"), ".py").stream();
    assertThat(listed)
        .containsAll(
            Stream.concat(sources, dashboards())
                .map(file -> DEPLOY.relativize(file).toString())
                .toList())
        .contains("monitoring/generate.py", "monitoring/requirements.lock");
  }

  @ParameterizedTest
  @MethodSource("dashboards")
  void shouldNameKnownMetricsOnly(Path file) {
    Set<String> known = MonitoringFiles.catalogued();
    known.addAll(MonitoringFiles.foreign());
    Set<String> named = new TreeSet<>();
    MonitoringFiles.expressions(MonitoringFiles.read(file))
        .forEach(expression -> named.addAll(PromqlNames.of(expression)));

    assertThat(named).isNotEmpty();
    assertThat(known)
        .as("metrics of docs/metrics.md and deploy/monitoring/foreign-metrics.txt")
        .containsAll(named);
  }

  @ParameterizedTest
  @MethodSource("dashboards")
  void shouldExplainEveryPanel(Path file) {
    Set<Integer> ids = new HashSet<>();
    for (JsonNode panel : MonitoringFiles.read(file).path("panels")) {
      assertThat(ids.add(panel.path("id").asInt())).as(panel.path("title").asText()).isTrue();
      if (!panel.path("type").asText().equals("row")) {
        assertThat(panel.path("description").asText())
            .as(panel.path("title").asText())
            .isNotBlank();
        assertThat(panel.path("targets")).as(panel.path("title").asText()).isNotEmpty();
        assertThat(panel.at("/datasource/uid").asText()).isEqualTo("${datasource}");
      }
    }
    assertThat(ids).isNotEmpty();
  }

  @Test
  void shouldHaveDifferentIds() {
    assertThat(dashboards().map(file -> MonitoringFiles.read(file).path("uid").asText()))
        .doesNotHaveDuplicates()
        .allSatisfy(uid -> assertThat(uid).startsWith("whetstone-"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          up                                                               | up
          sum by (a, b) (rate(x_total{c="d"}[$__rate_interval])) or vector(0) | x_total
          max(a:b{l=~"}(x"}) > max(a:b offset 1m)                          | a:b
          histogram_quantile(0.9, sum by (le) (x_bucket)) / on (j) group_left (k) y | x_bucket,y
          sum(1e3 * z) unless t >= bool 5                                  | z,t
          """)
  void shouldReadTheNamesOfAnExpression(String expression, String names) {
    assertThat(PromqlNames.of(expression)).containsExactlyInAnyOrder(names.split(","));
  }
}
