package dev.whetstone.doctor.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.contracts.TopicNames;
import dev.whetstone.doctor.kafka.TopicFaultRule.Needs;
import dev.whetstone.doctor.kafka.TopicView.TopicSettings;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TopicFaultRuleTest {
  private static final Duration MONTH = Duration.ofDays(30);

  /** Replicas of each partition, those in sync, brokers, min.insync.replicas. */
  @ParameterizedTest
  @CsvSource({
    "1, 1, 1, 1, ''",
    "3, 3, 3, 2, ''",
    "2, 2, 2, 1, ''",
    "1, 1, 3, 1, one replica on 3 brokers",
    "3, 3, 3, 1, an acknowledged event may be on one broker only",
    "2, 2, 3, 3, no write is acknowledged",
    "3, 1, 3, 2, 'replicas in sync: 1, but writes need 2'"
  })
  void shouldJudgeReplication(int replicas, int inSync, int brokers, int least, String fault) {
    TopicView topic =
        new TopicView(
            TopicNames.BATCHES,
            4,
            replicas,
            0,
            inSync,
            new TopicSettings("delete", Duration.ofDays(365), least));

    var faults = TopicFaultRule.faults(topic, new Needs(brokers, 1, MONTH));

    if (fault.isEmpty()) {
      assertThat(faults).isEmpty();
    } else {
      assertThat(faults).singleElement().satisfies(one -> assertThat(one.detail()).contains(fault));
    }
  }

  /** Feedback, intake and dead letters hold personal data. */
  @ParameterizedTest
  @CsvSource({
    "whetstone.feedback, 30, true",
    "whetstone.feedback, 31, false",
    "whetstone.intake, 31, false",
    "whetstone.loops.dlq, 31, false",
    "whetstone.batches, 365, true"
  })
  void shouldBoundTheTimeOfPersonalData(String name, int days, boolean allowed) {
    TopicView topic =
        new TopicView(name, 4, 1, 0, 1, new TopicSettings("delete", Duration.ofDays(days), 1));

    assertThat(TopicFaultRule.faults(topic, new Needs(1, 1, MONTH)).isEmpty()).isEqualTo(allowed);
  }

  @Test
  void shouldRefusePersonalDataWithoutAnEnd() {
    TopicView topic =
        new TopicView(TopicNames.FEEDBACK, 4, 1, 0, 1, new TopicSettings("delete", null, 1));

    assertThat(TopicFaultRule.faults(topic, new Needs(1, 1, MONTH)))
        .singleElement()
        .satisfies(fault -> assertThat(fault.detail()).contains("without a limit"));
  }

  @Test
  void shouldNameCompactionOfEvents() {
    TopicView topic =
        new TopicView(TopicNames.FEEDBACK, 4, 1, 0, 1, new TopicSettings("compact", null, 1));

    assertThat(TopicFaultRule.faults(topic, new Needs(1, 1, MONTH)))
        .singleElement()
        .satisfies(
            fault -> assertThat(fault.detail()).contains("events of the same key would replace"));
  }

  @Test
  void shouldNamePartitionsWithoutALeader() {
    TopicView topic = new TopicView(TopicNames.FEEDBACK, 4, 1, 2, 0, null);

    assertThat(TopicFaultRule.faults(topic, new Needs(1, 4, MONTH)))
        .singleElement()
        .satisfies(
            fault -> assertThat(fault.detail()).contains("2 of 4 partitions have no leader"));
  }
}
