package dev.whetstone.doctor.kafka;

import dev.whetstone.contracts.TopicNames;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Compares a topic with what docs/contracts.md and docs/retention.md promise of it. */
final class TopicFaultRule {
  private static final Set<String> PERSONAL = Set.of(TopicNames.INTAKE, TopicNames.FEEDBACK);

  private TopicFaultRule() {}

  /**
   * @param remedy an instruction
   */
  record TopicFault(String detail, String remedy) {}

  /**
   * What the installation needs.
   *
   * @param brokers that are in the cluster
   * @param partitions fewest of the topic
   * @param personalData longest that personal data may stay in a topic
   */
  record Needs(int brokers, int partitions, Duration personalData) {}

  static List<TopicFault> faults(TopicView topic, Needs needs) {
    List<TopicFault> faults = new ArrayList<>();
    if (topic.leaderless() > 0) {
      faults.add(
          new TopicFault(
              "%d of %d partitions have no leader"
                  .formatted(topic.leaderless(), topic.partitions()),
              "start the brokers that hold their replicas"));
    }
    if (topic.partitions() < needs.partitions()) {
      faults.add(
          new TopicFault(
              "partitions: %d, but %d consumers read it"
                  .formatted(topic.partitions(), needs.partitions()),
              "kafka-topics.sh --alter --topic %s --partitions %d"
                  .formatted(topic.name(), needs.partitions())));
    }
    if (topic.replicas() < 2 && needs.brokers() > 1) {
      faults.add(
          new TopicFault(
              "it has one replica on %d brokers: what it holds is lost with its broker"
                  .formatted(needs.brokers()),
              "add replicas with kafka-reassign-partitions.sh"));
    }
    TopicView.TopicSettings settings = topic.settings();
    if (settings != null) {
      faults.addAll(ofSettings(topic, settings, needs));
    }
    return faults;
  }

  private static List<TopicFault> ofSettings(
      TopicView topic, TopicView.TopicSettings settings, Needs needs) {
    List<TopicFault> faults = new ArrayList<>();
    String policy = TopicNames.COMPACTED.contains(topic.name()) ? "compact" : "delete";
    if (!settings.cleanupPolicy().equals(policy)) {
      faults.add(
          set(
              topic,
              "cleanup.policy is %s; %s"
                  .formatted(
                      settings.cleanupPolicy(),
                      policy.equals("compact")
                          ? "declarations and champions would end with their age"
                          : "events of the same key would replace each other"),
              "cleanup.policy=" + policy));
    } else if (policy.equals("delete") && isTooLong(topic, settings, needs)) {
      Duration most = needs.personalData();
      faults.add(
          set(
              topic,
              "retention.ms is %s, but erased data counts as gone from topics after %s (whetstone.curation.erasure.topic-retention)"
                  .formatted(
                      settings.retention() == null ? "without a limit" : settings.retention(),
                      most),
              "retention.ms=" + most.toMillis()));
    }
    faults.addAll(ofReplication(topic, settings));
    return faults;
  }

  private static boolean isTooLong(TopicView topic, TopicView.TopicSettings settings, Needs needs) {
    boolean personal = PERSONAL.contains(topic.name()) || TopicNames.isDeadLetters(topic.name());
    Duration retention = settings.retention();
    return personal && (retention == null || retention.compareTo(needs.personalData()) > 0);
  }

  private static List<TopicFault> ofReplication(TopicView topic, TopicView.TopicSettings settings) {
    int least = settings.minInsyncReplicas();
    if (least > topic.replicas()) {
      return List.of(
          set(
              topic,
              "min.insync.replicas is %d with %d replicas: no write is acknowledged"
                  .formatted(least, topic.replicas()),
              "min.insync.replicas=" + Math.max(1, topic.replicas() - 1)));
    }
    if (least < 2 && topic.replicas() > 2) {
      return List.of(
          set(
              topic,
              "min.insync.replicas is %d with %d replicas: an acknowledged event may be on one broker only"
                  .formatted(least, topic.replicas()),
              "min.insync.replicas=2"));
    }
    if (topic.inSync() < least && topic.leaderless() == 0) {
      return List.of(
          new TopicFault(
              "replicas in sync: %d, but writes need %d".formatted(topic.inSync(), least),
              "start the missing brokers"));
    }
    return List.of();
  }

  private static TopicFault set(TopicView topic, String detail, String setting) {
    return new TopicFault(
        detail,
        "kafka-configs.sh --alter --entity-type topics --entity-name %s --add-config %s"
            .formatted(topic.name(), setting));
  }
}
