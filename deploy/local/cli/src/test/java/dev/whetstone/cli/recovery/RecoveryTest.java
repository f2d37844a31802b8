package dev.whetstone.cli.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whetstone.cli.stack.LocalStack;
import dev.whetstone.cli.stack.StackOptions;
import dev.whetstone.client.RemedyException;
import dev.whetstone.client.api.StackComponent;
import dev.whetstone.client.api.StackPorts;
import dev.whetstone.contracts.TopicNames;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against the stack's own Kafka and PostgreSQL, with the schema that eval's migrations give. */
class RecoveryTest {
  private static final Path PROJECT = Path.of("../../..");
  private static final Instant BACKUP = Instant.parse("2026-11-20T08:00:00Z");
  private static final TopicPartition CHECKPOINTS = new TopicPartition(TopicNames.CHECKPOINTS, 0);

  @TempDir private static Path folder;
  private static StackOptions options;
  private static LocalStack stack;

  @BeforeAll
  static void startKafkaAndPostgres() {
    options =
        StackOptions.standard(PROJECT)
            .at(folder.resolve("home"), StackPorts.free())
            .withComponents(EnumSet.of(StackComponent.INFRA));
    stack = LocalStack.of(options);
    stack.start();
  }

  @AfterAll
  static void stop() {
    stack.close();
  }

  /** The embedded PostgreSQL has no pg_dump: the backup is a copy that the server makes. */
  @Test
  void shouldBeginAnEpochInADatabaseThatWasRestoredFromABackup() throws Exception {
    migrate("eval");
    execute(
        "eval", "insert into inbox (event_key, topic, body_sha256) values ('before', 't', 'a')");
    execute("postgres", "create database eval_backup template eval");
    String lost = read("eval", "select epoch from database_epoch");
    execute("eval", "insert into inbox (event_key, topic, body_sha256) values ('after', 't', 'a')");
    send(TopicNames.LOOPS, 0, BACKUP, loopHeaders(), "{\"revision\": 6}");
    send(TopicNames.CHAMPIONS, 0, BACKUP, loopHeaders(), "{\"generation\": 3}");

    execute("postgres", "drop database eval with (force)");
    execute("postgres", "create database eval template eval_backup");
    String epoch = database().beginEpoch(PublishedNumbers.read(bootstrapServers()));

    assertThat(read("eval", "select string_agg(event_key, ',') from inbox")).isEqualTo("before");
    assertThat(read("eval", "select epoch || ' ' || announced from database_epoch"))
        .isEqualTo(epoch + " false");
    assertThat(epoch).isNotEqualTo(lost);
    assertThat(
            read(
                "eval",
                "select tenant || '/' || loop || ' ' || revision || ' ' || generation from number_floor"))
        .isEqualTo("acme/support 6 3");
  }

  @Test
  void shouldSetAGroupBackToTheTimeOfTheBackup() throws Exception {
    for (int minute = -2; minute < 3; minute++) {
      send(TopicNames.CHECKPOINTS, 0, BACKUP.plus(Duration.ofMinutes(minute)), Map.of(), "{}");
    }
    try (var consumer = consumer("eval")) {
      consumer.assign(List.of(CHECKPOINTS));
      consumer.commitSync(Map.of(CHECKPOINTS, new OffsetAndMetadata(5)));
    }

    try (var group = new ConsumerGroup(bootstrapServers(), "eval")) {
      assertThat(group.rewind(BACKUP)).containsExactly(Map.entry(TopicNames.CHECKPOINTS, 3L));

      assertThat(group.committed()).containsEntry(CHECKPOINTS, 2L);
      assertThat(group.lag(group.ends())).isEqualTo(3);
      assertThat(group.rewind(BACKUP.plus(Duration.ofMinutes(1)))).as("never forward").isEmpty();
    }
  }

  @Test
  void shouldListShowAndReplayDeadLetters() throws Exception {
    String dead = TopicNames.deadLetters(TopicNames.FEEDBACK);
    Map<String, String> headers = new HashMap<>(loopHeaders());
    headers.put("ce_id", "e1");
    headers.put("error-code", "effect-failed");
    headers.put("error-detail", "the tokenizer was not readable");
    headers.put("original-topic", TopicNames.FEEDBACK);
    send(dead, 1, BACKUP, headers, "{\"secret\": \"text of a user\"}");
    headers.put("error-code", "undecodable");
    headers.put("error-cut", "true");
    send(dead, 1, BACKUP.plusSeconds(1), headers, "{");
    var store = new DeadLetterStore(bootstrapServers());

    List<DeadLetterRecord> all = store.list(new DeadLetterFilter(null, null, "support"), 10);
    assertThat(all)
        .extracting(DeadLetterRecord::code)
        .containsExactly("undecodable", "effect-failed");
    assertThat(all).allMatch(letter -> letter.body() == null);
    assertThat(store.list(new DeadLetterFilter(null, null, null), 1)).hasSize(1);
    assertThat(store.list(new DeadLetterFilter(TopicNames.BATCHES, null, null), 10)).isEmpty();
    List<DeadLetterRecord> failed =
        store.list(new DeadLetterFilter(TopicNames.FEEDBACK, "effect-failed", null), 10);
    assertThat(failed).hasSize(1);

    DeadLetterRecord letter = store.get(failed.getFirst().id());
    assertThat(letter.body()).asString(StandardCharsets.UTF_8).contains("text of a user");
    store.replay(letter);

    assertThat(records(TopicNames.FEEDBACK))
        .singleElement()
        .satisfies(
            again -> {
              assertThat(again.value()).isEqualTo(letter.body());
              assertThat(again.key()).isEqualTo("acme/support");
              assertThat(again.headers())
                  .extracting(
                      header ->
                          header.key() + "=" + new String(header.value(), StandardCharsets.UTF_8))
                  .containsExactlyInAnyOrder(
                      "ce_tenant=acme",
                      "ce_loop=support",
                      "ce_id=e1",
                      DeadLetterStore.REPLAYED + "=" + letter.id());
            });
    assertThatThrownBy(() -> store.replay(store.get(all.getFirst().id())))
        .isInstanceOf(RemedyException.class)
        .hasMessageContaining("was shortened");
    assertThatThrownBy(() -> store.get(dead + ":1:99"))
        .isInstanceOf(RemedyException.class)
        .hasMessageContaining("there is no dead letter");
    assertThatThrownBy(() -> store.get("nonsense"))
        .isInstanceOf(RemedyException.class)
        .hasMessageContaining("topic:partition:offset");
  }

  private static Map<String, String> loopHeaders() {
    return Map.of("ce_tenant", "acme", "ce_loop", "support");
  }

  /** Runs the migrations of the kit and of a service in their order. */
  private static void migrate(String service) throws IOException, SQLException {
    for (String directory :
        List.of(
            "service-kit/src/main/resources/db/kit",
            service + "-service/src/main/resources/db/migration")) {
      try (Stream<Path> files = Files.list(PROJECT.resolve(directory))) {
        for (Path file : files.filter(RecoveryTest::isMigration).sorted().toList()) {
          execute(service, Files.readString(file));
        }
      }
    }
  }

  private static boolean isMigration(Path file) {
    return file.getFileName().toString().matches("V\\d+__.*\\.sql");
  }

  private static ServiceDatabase database() {
    return new ServiceDatabase(url("eval"), "postgres", "postgres");
  }

  private static String url(String database) {
    return "jdbc:postgresql://127.0.0.1:" + options.ports().postgres() + "/" + database;
  }

  private static String bootstrapServers() {
    return "127.0.0.1:" + options.ports().kafka();
  }

  private static void execute(String database, String sql) throws SQLException {
    try (Connection connection = connect(database);
        var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static String read(String database, String sql) throws SQLException {
    try (Connection connection = connect(database);
        var statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      assertThat(rows.next()).isTrue();
      return rows.getString(1);
    }
  }

  private static Connection connect(String database) throws SQLException {
    return DriverManager.getConnection(url(database), "postgres", "postgres");
  }

  private static void send(
      String topic, int partition, Instant at, Map<String, String> headers, String body)
      throws Exception {
    try (var producer =
        new KafkaProducer<>(
            Map.<String, Object>of("bootstrap.servers", bootstrapServers(), "acks", "all"),
            new StringSerializer(),
            new ByteArraySerializer())) {
      var message =
          new ProducerRecord<>(
              topic,
              partition,
              at.toEpochMilli(),
              "acme/support",
              body.getBytes(StandardCharsets.UTF_8));
      headers.forEach(
          (name, value) -> message.headers().add(name, value.getBytes(StandardCharsets.UTF_8)));
      var ignored = producer.send(message).get();
    }
  }

  private static List<ConsumerRecord<String, byte[]>> records(String topic) {
    List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
    try (var reader = new TopicReader(bootstrapServers())) {
      reader.partitions(topic).forEach(partition -> reader.all(partition, records::add));
    }
    return records;
  }

  private static KafkaConsumer<String, byte[]> consumer(String group) {
    return new KafkaConsumer<>(
        Map.<String, Object>of("bootstrap.servers", bootstrapServers(), "group.id", group),
        new StringDeserializer(),
        new ByteArrayDeserializer());
  }
}
