package dev.whetstone.doctor.kafka;

import dev.whetstone.contracts.TopicNames;
import dev.whetstone.doctor.kafka.TopicFaultRule.Needs;
import dev.whetstone.doctor.kafka.TopicFaultRule.TopicFault;
import dev.whetstone.doctor.kafka.TopicView.TopicSettings;
import dev.whetstone.doctor.report.CheckName;
import dev.whetstone.doctor.report.CheckResult;
import dev.whetstone.doctor.report.CheckSubject;
import dev.whetstone.doctor.settings.ServiceSettings;
import dev.whetstone.kit.readiness.BrokerAdmin;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.jspecify.annotations.Nullable;

/** Checks the broker of services that reach it with the same settings, and their topics. */
public final class BrokerCheck {
  private static final String TOPIC_RETENTION = "whetstone.curation.erasure.topic-retention";

  /** As curation has it where the setting is absent. */
  private static final Duration DEFAULT_RETENTION = Duration.ofDays(14);

  private static final int DEFAULT_PARTITIONS = 4;

  private final List<ServiceSettings> services;
  private final Map<String, Object> broker;
  private final int milliseconds;

  /**
   * @param services with one connection
   * @param limit of a request
   */
  public BrokerCheck(List<ServiceSettings> services, Duration limit) {
    this.services = List.copyOf(services);
    this.broker = services.getFirst().broker();
    // So that the client says what is wrong before the check ends.
    this.milliseconds = (int) (limit.toMillis() * 6 / 10);
  }

  public CheckSubject subject() {
    return new CheckSubject(CheckName.BROKER, "Kafka broker", place());
  }

  private String place() {
    return String.valueOf(broker.get(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG));
  }

  public List<CheckResult> find() throws InterruptedException {
    try (Admin admin = BrokerAdmin.answeringWithin(milliseconds, broker)) {
      return find(new BrokerReader(admin));
    } catch (ExecutionException e) {
      return unusable(e.getCause());
    } catch (KafkaException e) {
      return unusable(e.getCause() == null ? e : e.getCause());
    }
  }

  private List<CheckResult> find(BrokerReader reader)
      throws ExecutionException, InterruptedException {
    List<CheckResult> results = new ArrayList<>();
    int brokers = reader.brokers();
    results.add(subject().ok("brokers: %d".formatted(brokers)));
    Set<String> names = new TreeSet<>();
    Map<String, Integer> partitions = new HashMap<>();
    for (ServiceSettings service : services) {
      names.addAll(TopicUse.all(service));
      partitions.putAll(TopicUse.of(service).partitions());
    }
    BrokerReader.Topics topics = reader.topics(names);
    Map<String, TopicSettings> settings = reader.settings(topics.found().keySet());
    for (String name : names) {
      Needs needs = new Needs(brokers, partitions.getOrDefault(name, 1), personalData());
      results.addAll(topic(topics, settings.get(name), name, needs));
    }
    for (ServiceSettings service : services) {
      results.add(access(reader, topics, service));
    }
    return results;
  }

  private List<CheckResult> topic(
      BrokerReader.Topics topics, @Nullable TopicSettings settings, String name, Needs needs) {
    CheckSubject subject = new CheckSubject(CheckName.TOPIC, "topic " + name, place());
    TopicDescription found = topics.found().get(name);
    if (found == null) {
      return List.of(
          topics.absent().contains(name)
              ? subject.fault("it does not exist", "create it: " + creation(name))
              : subject.fault(
                  "the Kafka user may not describe it", "add the ACL Describe on topic " + name));
    }
    TopicView view = BrokerReader.view(found, settings);
    List<TopicFault> faults = TopicFaultRule.faults(view, needs);
    if (!faults.isEmpty()) {
      return faults.stream().map(fault -> subject.fault(fault.detail(), fault.remedy())).toList();
    }
    if (view.settings() == null) {
      return List.of(
          subject.notChecked(
              "its settings are not told: the Kafka user has no ACL DescribeConfigs on it"));
    }
    return List.of(
        subject.ok(
            "partitions: %d, replicas: %d, cleanup.policy: %s"
                .formatted(view.partitions(), view.replicas(), view.settings().cleanupPolicy())));
  }

  private static String creation(String topic) {
    boolean compacted = TopicNames.COMPACTED.contains(topic);
    return "kafka-topics.sh --create --topic %s --partitions %d --config cleanup.policy=%s"
        .formatted(topic, DEFAULT_PARTITIONS, compacted ? "compact" : "delete");
  }

  private Duration personalData() {
    return services.stream()
        .flatMap(service -> service.text(TOPIC_RETENTION).stream())
        .map(Duration::parse)
        .findFirst()
        .orElse(DEFAULT_RETENTION);
  }

  private CheckResult access(
      BrokerReader reader, BrokerReader.Topics topics, ServiceSettings service)
      throws ExecutionException, InterruptedException {
    CheckSubject subject =
        new CheckSubject(
            CheckName.TOPIC_ACCESS, "rights of %s".formatted(service.service().id()), place());
    TopicUse use = TopicUse.of(service);
    Map<String, Set<String>> allowed = new HashMap<>();
    topics
        .found()
        .forEach(
            (name, topic) -> {
              if (topic.authorizedOperations() != null) {
                allowed.put(name, BrokerReader.words(topic.authorizedOperations()));
              }
            });
    List<String> missing = TopicAccessRule.missing(use, allowed, reader.groups(use.groups()));
    return missing.isEmpty()
        ? subject.ok(
            "may read topics: %d, write: %d".formatted(use.reads().size(), use.writes().size()))
        : subject.fault(
            "the Kafka user lacks " + String.join(", ", missing),
            "add these ACLs (kafka-acls.sh --add, or the KafkaUser of Strimzi)");
  }

  private List<CheckResult> unusable(Throwable cause) {
    CheckResult broken =
        cause instanceof AuthenticationException
            ? subject()
                .fault(
                    "it refuses the login: " + cause.getMessage(),
                    "set KAFKA_SASL_JAAS_CONFIG and KAFKA_SASL_MECHANISM to a user whom it accepts")
            : subject()
                .fault(
                    "it does not answer: " + cause.getMessage(),
                    "start Kafka, or correct KAFKA_BOOTSTRAP_SERVERS and KAFKA_SECURITY_PROTOCOL");
    CheckSubject topics = new CheckSubject(CheckName.TOPIC, "topics", place());
    return List.of(broken, topics.notChecked("the broker cannot be used"));
  }
}
