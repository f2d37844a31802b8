package dev.whetstone.doctor.kafka;

import dev.whetstone.doctor.kafka.TopicView.TopicSettings;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.DescribeConsumerGroupsOptions;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;

/** Asks a broker about topics and rights. */
final class BrokerReader {
  private final Admin admin;

  BrokerReader(Admin admin) {
    this.admin = admin;
  }

  /**
   * Topics by name.
   *
   * @param absent topics that do not exist
   * @param hidden topics that the user may not describe
   */
  record Topics(Map<String, TopicDescription> found, Set<String> absent, Set<String> hidden) {}

  int brokers() throws ExecutionException, InterruptedException {
    return admin.describeCluster().nodes().get().size();
  }

  Topics topics(Collection<String> names) throws ExecutionException, InterruptedException {
    Map<String, TopicDescription> found = new HashMap<>();
    Set<String> absent = new TreeSet<>();
    Set<String> hidden = new TreeSet<>();
    var answers =
        admin
            .describeTopics(names, new DescribeTopicsOptions().includeAuthorizedOperations(true))
            .topicNameValues();
    for (var answer : answers.entrySet()) {
      try {
        found.put(answer.getKey(), answer.getValue().get());
      } catch (ExecutionException e) {
        switch (e.getCause()) {
          case UnknownTopicOrPartitionException ignored -> absent.add(answer.getKey());
          case AuthorizationException ignored -> hidden.add(answer.getKey());
          case null, default -> throw e;
        }
      }
    }
    return new Topics(found, absent, hidden);
  }

  static TopicView view(TopicDescription topic, @Nullable TopicSettings settings) {
    int replicas = Integer.MAX_VALUE;
    int inSync = Integer.MAX_VALUE;
    int leaderless = 0;
    for (var partition : topic.partitions()) {
      replicas = Math.min(replicas, partition.replicas().size());
      inSync = Math.min(inSync, partition.isr().size());
      leaderless += partition.leader() == null || partition.leader().isEmpty() ? 1 : 0;
    }
    return new TopicView(
        topic.name(), topic.partitions().size(), replicas, leaderless, inSync, settings);
  }

  /** The settings of topics, in one request; those that the user may not read are left out. */
  Map<String, TopicSettings> settings(Collection<String> topics)
      throws ExecutionException, InterruptedException {
    Map<String, TopicSettings> settings = new HashMap<>();
    List<ConfigResource> resources =
        topics.stream().map(name -> new ConfigResource(ConfigResource.Type.TOPIC, name)).toList();
    for (var answer : admin.describeConfigs(resources).values().entrySet()) {
      try {
        settings.put(answer.getKey().name(), settings(answer.getValue().get()));
      } catch (ExecutionException e) {
        if (!(e.getCause() instanceof AuthorizationException)) {
          throw e;
        }
      }
    }
    return settings;
  }

  private static TopicSettings settings(Config config) {
    long retention = Long.parseLong(config.get("retention.ms").value());
    return new TopicSettings(
        config.get("cleanup.policy").value(),
        retention < 0 ? null : Duration.ofMillis(retention),
        Integer.parseInt(config.get("min.insync.replicas").value()));
  }

  /** What the user may do with consumer groups; those that do not exist yet are left out. */
  Map<String, Set<String>> groups(Collection<String> names)
      throws ExecutionException, InterruptedException {
    Map<String, Set<String>> allowed = new HashMap<>();
    var answers =
        admin
            .describeConsumerGroups(
                names, new DescribeConsumerGroupsOptions().includeAuthorizedOperations(true))
            .describedGroups();
    for (var answer : answers.entrySet()) {
      try {
        Set<AclOperation> operations = answer.getValue().get().authorizedOperations();
        if (operations != null) {
          allowed.put(answer.getKey(), words(operations));
        }
      } catch (ExecutionException e) {
        switch (e.getCause()) {
          case GroupIdNotFoundException ignored -> {}
          case AuthorizationException ignored -> allowed.put(answer.getKey(), Set.of());
          case null, default -> throw e;
        }
      }
    }
    return allowed;
  }

  /** Operations as ACLs name them, such as {@code Read}. */
  static Set<String> words(Set<AclOperation> operations) {
    return operations.stream()
        .map(
            operation ->
                operation.name().charAt(0) + operation.name().substring(1).toLowerCase(Locale.ROOT))
        .collect(Collectors.toSet());
  }
}
