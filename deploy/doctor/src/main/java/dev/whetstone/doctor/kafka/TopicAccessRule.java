package dev.whetstone.doctor.kafka;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Finds the rights on topics and groups that a service needs and its Kafka user lacks. */
final class TopicAccessRule {
  private TopicAccessRule() {}

  /**
   * What is missing, such as {@code Write on topic whetstone.batches}, sorted.
   *
   * @param topics what the user may do, such as {@code Read}, by topic; those that are absent are
   *     left out
   * @param groups the same by consumer group
   */
  static List<String> missing(
      TopicUse use, Map<String, Set<String>> topics, Map<String, Set<String>> groups) {
    Set<String> missing = new TreeSet<>();
    missing.addAll(missing("topic", use.reads(), topics, "Read"));
    missing.addAll(missing("topic", use.writes(), topics, "Write"));
    missing.addAll(missing("group", use.groups(), groups, "Read"));
    return List.copyOf(missing);
  }

  private static List<String> missing(
      String kind, Set<String> names, Map<String, Set<String>> allowed, String operation) {
    List<String> missing = new ArrayList<>();
    for (String name : names) {
      Set<String> operations = allowed.get(name);
      if (operations != null && !operations.contains(operation)) {
        missing.add("%s on %s %s".formatted(operation, kind, name));
      }
    }
    return missing;
  }
}
