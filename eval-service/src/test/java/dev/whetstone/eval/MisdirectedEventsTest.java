package dev.whetstone.eval;

import dev.whetstone.contracts.TopicNames;
import dev.whetstone.testing.InfrastructureResource;
import dev.whetstone.testing.MisdirectedEvents;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Events that do not belong on a topic become dead letters, on every topic that is consumed. */
@QuarkusTest
@WithTestResource(InfrastructureResource.class)
class MisdirectedEventsTest {
  @ParameterizedTest
  @ValueSource(strings = {TopicNames.BATCHES, TopicNames.CHECKPOINTS, TopicNames.SCORING})
  void shouldSendEventsOfOtherTopicsAndUnknownTypesToTheDeadLetters(String topic) {
    MisdirectedEvents.assertDeadLetters(topic);
  }
}
