package dev.whetstone.doctor.kafka;

import dev.whetstone.doctor.settings.ServiceSettings;
import dev.whetstone.kit.readiness.TopicReadiness;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.StreamSupport;

/**
 * The topics of a service.
 *
 * @param partitions consumers of a topic, where it has several
 * @param groups of its consumers
 */
record TopicUse(
    Set<String> reads, Set<String> writes, Map<String, Integer> partitions, Set<String> groups) {
  private static final String CHANNEL = "mp.messaging.incoming.";
  private static final String TOPIC = ".topic";

  /** Topics that it reads without a channel. */
  private static final String ONLY_READ = "whetstone.topics.read";

  private static final String USED = "whetstone.topics.used";

  static TopicUse of(ServiceSettings settings) {
    Set<String> reads = new TreeSet<>();
    Set<String> groups = new TreeSet<>();
    Map<String, Integer> partitions = new HashMap<>();
    for (String name : names(settings)) {
      if (name.startsWith(CHANNEL) && name.endsWith(TOPIC)) {
        String channel = name.substring(0, name.length() - TOPIC.length());
        String topic = settings.text(name).orElseThrow();
        reads.add(topic);
        settings.text(channel + ".group.id").ifPresent(groups::add);
        settings
            .text(channel + ".concurrency")
            .ifPresent(consumers -> partitions.put(topic, Integer.valueOf(consumers)));
      }
    }
    List<String> onlyRead = values(settings, ONLY_READ);
    reads.addAll(onlyRead);
    Set<String> writes = new TreeSet<>(values(settings, USED));
    writes.removeAll(onlyRead);
    return new TopicUse(reads, writes, partitions, groups);
  }

  static Set<String> all(ServiceSettings settings) {
    return TopicReadiness.topics(settings.config());
  }

  private static List<String> names(ServiceSettings settings) {
    return StreamSupport.stream(settings.config().getPropertyNames().spliterator(), false).toList();
  }

  private static List<String> values(ServiceSettings settings, String property) {
    return settings.config().getOptionalValues(property, String.class).orElse(List.of());
  }
}
