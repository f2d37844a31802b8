package dev.whetstone.doctor.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.doctor.settings.ServiceName;
import dev.whetstone.doctor.settings.ServiceSettings;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TopicAccessRuleTest {
  private static final TopicUse USE =
      new TopicUse(Set.of("in"), Set.of("out"), Map.of(), Set.of("curation"));
  private static final Set<String> READ = Set.of("Read", "Describe");
  private static final Set<String> WRITE = Set.of("Write", "Describe");

  @Test
  void shouldFindNothingWhereAllRightsAreThere() {
    assertThat(
            TopicAccessRule.missing(
                USE, Map.of("in", READ, "out", WRITE), Map.of("curation", READ)))
        .isEmpty();
  }

  @Test
  void shouldNameEveryMissingRight() {
    assertThat(
            TopicAccessRule.missing(
                USE, Map.of("in", WRITE, "out", READ), Map.of("curation", Set.of())))
        .containsExactly("Read on group curation", "Read on topic in", "Write on topic out");
  }

  @Test
  void shouldLeaveOutTopicsThatAreAbsent() {
    assertThat(TopicAccessRule.missing(USE, Map.of(), Map.of())).isEmpty();
  }

  /** As the chart's ACLs have it. */
  @Test
  void shouldReadTheTopicsOfAServiceFromItsProperties() {
    TopicUse ingest =
        TopicUse.of(
            ServiceSettings.of(
                ServiceName.INGEST, Map.of("KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:9092")));

    assertThat(ingest.reads()).containsExactly("whetstone.intake", "whetstone.loops");
    assertThat(ingest.writes()).containsExactly("whetstone.feedback", "whetstone.intake.dlq");
    assertThat(ingest.groups()).containsExactly("ingest");
  }
}
