package dev.whetstone.cli.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whetstone.cli.recovery.ConsumerGroup;
import dev.whetstone.cli.stack.LocalStack;
import dev.whetstone.cli.stack.StackOptions;
import dev.whetstone.cli.terminal.ProgressDisplay;
import dev.whetstone.client.RemedyException;
import dev.whetstone.client.api.StackComponent;
import dev.whetstone.client.api.StackPorts;
import dev.whetstone.contracts.TopicNames;
import dev.whetstone.embedded.FileTrees;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Against the stack's own Kafka and PostgreSQL, with the schemas that the migrations give. Each
 * test starts them twice, so that it runs by {@code ./whetstone test backup} only.
 */
@EnabledIfSystemProperty(named = "whetstone.test.backup", matches = "true")
class StackBackupTest {
  private static final Path PROJECT = Path.of("../../..");
  private static final TopicPartition FEEDBACK = new TopicPartition(TopicNames.FEEDBACK, 0);
  private static final String EMPTY_SHA256 =
      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

  @TempDir private Path folder;
  private LocalStack stack;
  private StackPostgres postgres;

  @BeforeEach
  void startKafkaAndPostgres() throws Exception {
    StackOptions options =
        StackOptions.standard(PROJECT)
            .at(folder.resolve("home"), StackPorts.free())
            .withComponents(EnumSet.of(StackComponent.INFRA));
    stack = LocalStack.of(options);
    stack.start();
    postgres = StackPostgres.of(options);
    migrate("curation");
    migrate("training");
    migrate("eval");
    Path blobs = Files.createDirectories(options.home().store().resolve("blobs"));
    Files.createFile(blobs.resolve(EMPTY_SHA256));
    Files.createDirectories(options.home().secrets());
    Files.writeString(options.home().secrets().resolve("curation-hmac"), "secret");
  }

  @AfterEach
  void stop() {
    stack.close();
  }

  @Test
  void shouldRestoreRowsMessagesObjectsAndSecretsOfOnePointWhileWritersGoOn() throws Exception {
    for (int i = 0; i < 4; i++) {
      send(TopicNames.FEEDBACK, "feedback-" + i);
    }
    commit("curation", FEEDBACK, 3);
    send(TopicNames.DECISIONS, "decision");
    send(TopicNames.CHAMPIONS, "champion");
    String epoch = read("eval", "select epoch from database_epoch");
    execute("eval", "create table relayed (last_seq bigint not null)");
    execute("eval", "insert into relayed values (0)");
    AtomicBoolean stopped = new AtomicBoolean();
    CompletableFuture<Void> relay = CompletableFuture.runAsync(() -> relay(stopped));
    StackBackup.Taken taken;
    try {
      taken = backup("backup");
    } finally {
      stopped.set(true);
    }
    relay.join();
    execute("eval", "insert into inbox (event_key, topic, body_sha256) values ('after', 't', 'a')");

    restore("backup", Optional.empty());

    assertThat(taken.damaged()).isEmpty();
    assertThat(values(TopicNames.FEEDBACK)).containsExactly("feedback-3");
    assertThat(values(TopicNames.CHAMPIONS)).as("eval publishes them again").isEmpty();
    assertThat(values(TopicNames.DECISIONS)).contains("decision");
    // What the database has given away is in Kafka, and Kafka has nothing that the database lacks.
    long given = Long.parseLong(read("eval", "select max(last_seq) from relayed"));
    assertThat(values(TopicNames.DECISIONS).stream().filter(value -> value.startsWith("seq-")))
        .hasSize((int) given);
    assertThat(read("eval", "select count(*) from inbox where event_key = 'after'")).isEqualTo("0");
    assertThat(read("eval", "select epoch from database_epoch")).isNotEqualTo(epoch);
    assertThat(read("eval", "select announced from database_epoch")).isEqualTo("f");
    assertThat(stack.options().home().store().resolve("blobs").resolve(EMPTY_SHA256)).exists();
    assertThat(Files.readString(stack.options().home().secrets().resolve("curation-hmac")))
        .isEqualTo("secret");
    try (var group = new ConsumerGroup(bootstrapServers(), "curation")) {
      assertThat(group.committed()).as("everything is read from its beginning").isEmpty();
    }
  }

  @Test
  void shouldCarryOutTheErasuresOfALaterBackup() throws Exception {
    StackBackup.Taken ignored = backup("older");
    execute(
        "curation",
        """
        insert into tombstone (tenant, loop, subject, digest, watermark)
        values ('acme', '', 'end_user', 'd1', '2026-11-20T08:00:10Z');
        insert into erasure_request (tenant, erasure_id, subject, digest, watermark, requested_at,
          spread_until)
        values ('acme', 'e1', 'end_user', 'd1', '2026-11-20T08:00:00Z', '2026-11-20T08:00:01Z',
          '2026-11-20T09:00:01Z')
        """);
    assertThat(backup("newer").damaged()).isEmpty();

    StackRestorer.Restored restored = restore("older", Optional.of("newer"));

    assertThat(restored.erasures()).isEqualTo(1);
    assertThat(
            read(
                "curation",
                "select digest || ' ' || (watermark = '2026-11-20T08:00:10Z') from tombstone"))
        .isEqualTo("d1 true");
    // Curation gives it to every loop within this time.
    assertThat(
            read(
                "curation",
                "select erasure_id || ' ' || (spread_until > now()) from erasure_request"))
        .isEqualTo("e1 true");
  }

  @Test
  void shouldLeaveNothingWhereAnAttemptThatIsGivenOutAgainWrites() throws Exception {
    execute(
        "training",
        """
        insert into run (run_id, tenant, loop, batch_ids, loop_spec_sha256, state, fence, created_at)
        values ('run-1', 'acme', 'support', '{}', '', 'active', 2, now()),
          ('run-2', 'acme', 'sales', '{}', '', 'active', 1, now());
        insert into attempt (attempt_id, run_id, fence, state, run_spec, lease_seconds, started_at)
        values ('run-1-2', 'run-1', 2, 'live', '{}', 60, now()),
          ('run-2-1', 'run-2', 1, 'starting', '{}', 60, now());
        insert into scoring_job (job_id, tenant, loop, request, state, fence, due_at, requested_at)
        values ('job-1', 'acme', 'support', '{}', 'launching', 1, now(), now())
        """);
    Path store = stack.options().home().store();
    for (String key :
        List.of(
            "runs/run-1/data/rows",
            "runs/run-1/2/resume/step-1/manifest.json",
            "runs/run-1/3/manifest.json",
            "runs/run-2/1/manifest.json",
            "runs/run-later/1/manifest.json",
            "scoring/job-1/1/scores.jsonl")) {
      Files.createDirectories(store.resolve(key).getParent());
      Files.writeString(store.resolve(key), key);
    }
    StackBackup.Taken ignored = backup("backup");

    assertThat(restore("backup", Optional.empty()).erasures()).isZero();

    assertThat(store.resolve("runs/run-1/data/rows")).exists();
    assertThat(store.resolve("runs/run-1/2/resume/step-1/manifest.json")).exists();
    assertThat(store.resolve("runs/run-later/1/manifest.json")).exists();
    assertThat(store.resolve("runs/run-1/3")).doesNotExist();
    assertThat(store.resolve("runs/run-2/1")).doesNotExist();
    assertThat(store.resolve("scoring/job-1/1")).doesNotExist();
  }

  @Test
  void shouldNameAnObjectThatWasDamagedBeforeTheBackup() throws Exception {
    String key = "blobs/" + "0".repeat(64);
    Files.writeString(stack.options().home().store().resolve(key), "other bytes");

    assertThat(backup("backup").damaged()).containsExactly(key);
  }

  @Test
  void shouldRefuseToRestoreOntoData() {
    StackBackup.Taken ignored = backup("backup");
    BackupFolder backup = BackupFolder.open(folder.resolve("backup"));
    StackRestorer restorer = new StackRestorer(stack);

    assertThatThrownBy(() -> restorer.restore(backup, Optional.empty(), ProgressDisplay.silent()))
        .isInstanceOf(RemedyException.class)
        .hasMessageContaining("is running");
    stack.down();
    assertThatThrownBy(() -> restorer.restore(backup, Optional.empty(), ProgressDisplay.silent()))
        .isInstanceOf(RemedyException.class)
        .hasMessageContaining("this stack has data");
  }

  @Test
  void shouldKeepNothingOfABackupThatFails() throws Exception {
    // The list of files cannot hold this name.
    Files.createFile(stack.options().home().store().resolve("two\nlines"));

    assertThatThrownBy(() -> backup("backup"))
        .isInstanceOf(RemedyException.class)
        .hasMessageContaining("nothing of it was kept");

    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left).noneMatch(path -> path.getFileName().toString().startsWith("backup"));
    }
    assertThatThrownBy(() -> backup("home/inside"))
        .isInstanceOf(RemedyException.class)
        .hasMessageContaining("inside of the stack's own folder");
  }

  private StackBackup.Taken backup(String name) {
    return new StackBackup(stack).take(folder.resolve(name), ProgressDisplay.silent());
  }

  private StackRestorer.Restored restore(String name, Optional<String> newer) throws IOException {
    stack.down();
    FileTrees.delete(stack.options().home().data());
    FileTrees.delete(stack.options().home().store());
    return new StackRestorer(stack)
        .restore(
            BackupFolder.open(folder.resolve(name)),
            newer.map(later -> BackupFolder.open(folder.resolve(later))),
            ProgressDisplay.silent());
  }

  /** Sends rows of an outbox as the relay of a service does: delete after the acknowledgement. */
  private void relay(AtomicBoolean stopped) {
    try (Connection connection = postgres.connect("eval");
        var statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      for (int seq = 1; !stopped.get(); seq++) {
        statement.execute(
            "insert into outbox (topic, message_key, seq, headers, payload) values ('t', 'k', %d, '{}', '')"
                .formatted(seq));
        connection.commit();
        statement.execute("select 1 from outbox for update");
        send(TopicNames.DECISIONS, "seq-" + seq);
        statement.execute("delete from outbox");
        statement.execute("update relayed set last_seq = " + seq);
        connection.commit();
      }
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** Runs the migrations of the kit and of a service in their order. */
  private void migrate(String service) throws IOException, SQLException {
    for (String directory :
        List.of(
            "service-kit/src/main/resources/db/kit",
            service + "-service/src/main/resources/db/migration")) {
      try (Stream<Path> files = Files.list(PROJECT.resolve(directory))) {
        for (Path file :
            files
                .filter(path -> path.getFileName().toString().matches("V\\d+__.*\\.sql"))
                .sorted()
                .toList()) {
          execute(service, Files.readString(file));
        }
      }
    }
  }

  private String bootstrapServers() {
    return "127.0.0.1:" + stack.options().ports().kafka();
  }

  private void execute(String database, String sql) throws SQLException {
    try (Connection connection = postgres.connect(database);
        var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private String read(String database, String sql) throws SQLException {
    try (Connection connection = postgres.connect(database);
        var statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      assertThat(rows.next()).isTrue();
      return rows.getString(1);
    }
  }

  private void send(String topic, String value) throws Exception {
    try (var producer =
        new KafkaProducer<>(
            Map.<String, Object>of("bootstrap.servers", bootstrapServers(), "acks", "all"),
            new StringSerializer(),
            new ByteArraySerializer())) {
      var ignored =
          producer
              .send(
                  new ProducerRecord<>(
                      topic, 0, "acme/support", value.getBytes(StandardCharsets.UTF_8)))
              .get();
    }
  }

  private void commit(String group, TopicPartition partition, long offset) {
    try (var consumer = consumer(group)) {
      consumer.assign(List.of(partition));
      consumer.commitSync(Map.of(partition, new OffsetAndMetadata(offset)));
    }
  }

  private List<String> values(String topic) {
    List<String> values = new ArrayList<>();
    TopicPartition partition = new TopicPartition(topic, 0);
    try (var consumer = consumer("test")) {
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      long end = consumer.endOffsets(List.of(partition)).get(partition);
      while (consumer.position(partition) < end) {
        for (ConsumerRecord<String, byte[]> received : consumer.poll(Duration.ofMillis(200))) {
          values.add(new String(received.value(), StandardCharsets.UTF_8));
        }
      }
    }
    return values;
  }

  private KafkaConsumer<String, byte[]> consumer(String group) {
    return new KafkaConsumer<>(
        Map.<String, Object>of("bootstrap.servers", bootstrapServers(), "group.id", group),
        new StringDeserializer(),
        new ByteArrayDeserializer());
  }
}
