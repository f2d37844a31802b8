package dev.whetstone.chart;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The alerts, their runbooks and their tests. {@code ./whetstone test monitoring} runs the tests.
 */
class AlertsTest {
  private static final Path RUNBOOKS = ChartFiles.PROJECT.resolve("docs/runbooks");

  static Stream<JsonNode> alerts() {
    return MonitoringFiles.rules().stream().filter(rule -> rule.has("alert"));
  }

  @ParameterizedTest
  @MethodSource("alerts")
  void shouldSayWhatIsWrongHowMuchAndWhatToDo(JsonNode alert) {
    JsonNode annotations = alert.path("annotations");
    assertThat(alert.path("alert").asText()).startsWith("Whetstone");
    assertThat(alert.at("/labels/severity").asText()).isIn("critical", "warning");
    assertThat(annotations.path("summary").asText()).isNotBlank();
    assertThat(annotations.path("description").asText()).contains("{{ $value");
    assertThat(annotations.path("runbook_url").asText()).matches("docs/runbooks/[a-z-]+\\.md");
  }

  @ParameterizedTest
  @MethodSource("alerts")
  void shouldHaveARunbook(JsonNode alert) {
    String name = alert.path("alert").asText();
    String page =
        ChartFiles.text(ChartFiles.PROJECT.resolve(alert.at("/annotations/runbook_url").asText()));
    assertThat(page.lines().findFirst().orElseThrow().split("[# ,]+")).contains(name);
    assertThat(page)
        .contains("\n## What it means\n", "\n## How to look\n", "\n## How to fix\n")
        .contains("\n## When it clears\n");
    assertThat(ChartFiles.text(RUNBOOKS.resolve("README.md"))).contains("| `" + name + "` |");
  }

  @ParameterizedTest
  @MethodSource("alerts")
  void shouldBeTestedForFiringAndClearing(JsonNode alert) {
    List<JsonNode> tests =
        MonitoringFiles.alertTests().stream()
            .filter(test -> test.path("alertname").equals(alert.path("alert")))
            .toList();
    assertThat(tests).anySatisfy(test -> assertThat(test.path("exp_alerts")).isNotEmpty());
    assertThat(tests.getLast().path("exp_alerts")).as("the last test is the clearing").isEmpty();
  }

  @Test
  void shouldHaveNoRunbookWithoutAnAlert() {
    Set<String> pages = new TreeSet<>();
    alerts()
        .map(alert -> alert.at("/annotations/runbook_url").asText())
        .map(url -> Path.of(url).getFileName().toString())
        .forEach(pages::add);
    pages.add("README.md");
    assertThat(ChartFiles.below(RUNBOOKS, ".md"))
        .extracting(page -> page.getFileName().toString())
        .containsExactlyInAnyOrderElementsOf(pages);
  }

  @Test
  void shouldNameKnownMetricsOnly() {
    Set<String> known = MonitoringFiles.catalogued();
    known.addAll(MonitoringFiles.foreign());
    Set<String> named = new TreeSet<>();
    for (JsonNode rule : MonitoringFiles.rules()) {
      known.add(rule.path("record").asText());
      named.addAll(PromqlNames.of(rule.path("expr").asText()));
    }
    assertThat(known).containsAll(named);
  }
}
