package dev.whetstone.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.whetstone.client.api.ApiClient;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoSummaryTest {
  @TempDir private Path folder;

  static DemoSummary summary(long seed, double after) {
    return new DemoSummary(
        seed,
        new DemoSummary.ExactMatch(240, 0.0, after, 0.98, List.of(0.95, 0.995)),
        new DemoSummary.Skills(1.0, 0.99, 1.0, 0.7),
        List.of(new DemoSummary.Verdict("PROMOTE", "FRESH is superior")),
        List.of(new DemoSummary.Poison(true, "stopped by curation", false)),
        Map.of("training", 21.5),
        new DemoSummary.EventCounts(1300, 1290, 10, 700, 500));
  }

  @Test
  void shouldWriteTheAgreedShape() throws IOException {
    Path file = folder.resolve("demo/summary.json");

    summary(1, 0.98).write(file);

    JsonNode json = ApiClient.JSON.readTree(file.toFile());
    assertThat(json.properties().stream().map(Map.Entry::getKey))
        .containsExactly(
            "seed", "exactMatch", "skills", "decisions", "poison", "stageSeconds", "events");
    assertThat(json.at("/exactMatch/interval").size()).isEqualTo(2);
    assertThat(json.at("/poison/0/abuseStage").asBoolean()).isTrue();
    assertThat(json.at("/poison/0/inService").asBoolean(true)).isFalse();
    assertThat(json.at("/events/quarantined").asInt()).isEqualTo(500);
  }

  @Test
  void shouldDescribeTheSpreadOverSeveralSeeds() {
    String spread =
        SeedSpread.describe(
            List.of(summary(1, 0.96), summary(2, 1.0)), each -> each.exactMatch().after());

    assertThat(spread).isEqualTo("0.960  0.980  1.000");
  }
}
