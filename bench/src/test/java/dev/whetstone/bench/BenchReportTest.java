package dev.whetstone.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.junit.jupiter.api.Test;

class BenchReportTest {
  @Test
  void shouldWriteTheDocumentedFields() {
    BenchReport report = new BenchReport();
    report.add("p50", 12.5, "ms");
    report.add("p99", 40, "ms", 1.6, "at most × 2");

    JsonNode json = report.json("noise", "abc1234");

    assertThat(json.path("name").asText()).isEqualTo("noise");
    assertThat(json.path("commit").asText()).isEqualTo("abc1234");
    assertThat(json.path("machine").path("cores").asInt()).isPositive();
    assertThat(json.at("/rows/0").has("ratio")).isFalse();
    assertThat(json.at("/rows/1/ratio").asDouble()).isEqualTo(1.6);
    assertThat(json.at("/rows/1/better").asText()).isEqualTo("lower");
  }

  @Test
  void shouldTakeTheNearestRankAsPercentile() {
    FateLatency.Times times = new FateLatency.Times(List.of(1.0, 2.0, 3.0, 4.0), 0);

    assertThat(times.percentile(0.5)).isEqualTo(2.0);
    assertThat(times.percentile(0.99)).isEqualTo(4.0);
    assertThat(new FateLatency.Times(List.of(), 0).percentile(0.5)).isNaN();
  }
}
