package dev.whetstone.doctor;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Changes a topic of the shared broker, and restores it when it is closed. */
final class TopicTampering implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(20);

  private final Admin admin;
  private final String name;
  private final int partitions;
  private final Map<String, String> settings = new HashMap<>();
  private boolean deleted;

  private TopicTampering(Admin admin, String name) throws ExecutionException, InterruptedException {
    this.admin = admin;
    this.name = name;
    this.partitions =
        admin.describeTopics(List.of(name)).allTopicNames().get().get(name).partitions().size();
    admin.describeConfigs(List.of(resource())).all().get().get(resource()).entries().stream()
        .filter(entry -> entry.source() == ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG)
        .forEach(entry -> settings.put(entry.name(), entry.value()));
  }

  static TopicTampering of(TestInstallation installation, String name)
      throws ExecutionException, InterruptedException {
    return new TopicTampering(
        Admin.create(Map.of("bootstrap.servers", installation.infrastructure.bootstrapServers())),
        name);
  }

  private ConfigResource resource() {
    return new ConfigResource(ConfigResource.Type.TOPIC, name);
  }

  void delete() throws ExecutionException, InterruptedException {
    deleted = true;
    admin.deleteTopics(List.of(name)).all().get();
    await().atMost(LIMIT).until(() -> !exists());
  }

  void create(int count, Map<String, String> with) throws ExecutionException, InterruptedException {
    admin.createTopics(Set.of(new NewTopic(name, count, (short) 1).configs(with))).all().get();
    await().atMost(LIMIT).until(this::exists);
  }

  private boolean exists() throws ExecutionException, InterruptedException {
    try {
      admin.describeTopics(List.of(name)).allTopicNames().get();
      return true;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UnknownTopicOrPartitionException) {
        return false;
      }
      throw e;
    }
  }

  void set(String setting, String value) throws ExecutionException, InterruptedException {
    var change = new AlterConfigOp(new ConfigEntry(setting, value), AlterConfigOp.OpType.SET);
    admin.incrementalAlterConfigs(Map.of(resource(), List.of(change))).all().get();
    await()
        .atMost(LIMIT)
        .until(
            () ->
                admin
                    .describeConfigs(List.of(resource()))
                    .all()
                    .get()
                    .get(resource())
                    .get(setting)
                    .value()
                    .equals(value));
  }

  @Override
  public void close() throws ExecutionException, InterruptedException {
    try (admin) {
      if (deleted) {
        if (exists()) {
          delete();
        }
        create(partitions, settings);
      } else {
        for (var setting : settings.entrySet()) {
          set(setting.getKey(), setting.getValue());
        }
      }
    }
  }
}
