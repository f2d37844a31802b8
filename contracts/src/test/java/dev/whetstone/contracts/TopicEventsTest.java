package dev.whetstone.contracts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.contracts.envelope.EventType;
import dev.whetstone.contracts.event.EventData;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The sealed interface of a topic lists the event types of that topic, and no other. */
class TopicEventsTest {
  @Test
  void shouldGroupEventsByTheirTopic() {
    Map<String, Set<Class<?>>> byTopic = new HashMap<>();
    for (EventType type : EventType.values()) {
      byTopic.computeIfAbsent(type.topic(), _ -> new HashSet<>()).add(type.dataClass());
    }
    Set<Set<Class<?>>> byInterface = new HashSet<>();
    for (Class<?> topicEvents : EventData.class.getPermittedSubclasses()) {
      byInterface.add(Set.of(topicEvents.getPermittedSubclasses()));
    }

    assertThat(byInterface).isEqualTo(Set.copyOf(byTopic.values()));
  }
}
