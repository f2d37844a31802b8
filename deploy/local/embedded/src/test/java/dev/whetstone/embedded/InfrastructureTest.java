package dev.whetstone.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.whetstone.contracts.TopicNames;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InfrastructureTest {
  private final int kafkaPort = LoopbackPorts.free();
  private final int controllerPort = LoopbackPorts.free();
  private final int postgresPort = LoopbackPorts.free();

  @TempDir Path directory;

  @Test
  void shouldKeepEverythingAcknowledgedThroughKillNine() throws Exception {
    Process first = infrastructure();
    produce("kept");
    insert("kept");

    first.destroyForcibly().waitFor();
    Process second = infrastructure();

    assertThat(consume()).isEqualTo("kept");
    assertThat(read()).isEqualTo("kept");
    assertThat(topics())
        .containsAll(TopicNames.DELETED)
        .contains(TopicNames.deadLetters(TopicNames.FEEDBACK));
    assertThat(probe()).isTrue();
    second.getOutputStream().close();
    assertThat(second.waitFor()).isZero();
    assertThat(probe()).isFalse();
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() -> assertThatThrownBy(this::read).hasMessageContaining("refused"));
  }

  private boolean probe() {
    return InfrastructureProbe.isReady(
        "127.0.0.1", Integer.toString(kafkaPort), Integer.toString(postgresPort));
  }

  @Test
  void shouldExitWhenPostgresExitsAndServeAfterARestart() throws Exception {
    Process first = infrastructure();
    insert("kept");
    assertThatThrownBy(
            () ->
                EmbeddedPostgres.start(
                    InfrastructureMain.postgresData(directory), LoopbackPorts.free()))
        .as("a second instance would stop the server of the first")
        .isInstanceOf(InfrastructureException.class)
        .hasMessageContaining("another process uses");

    ProcessHandle postmaster =
        PostgresProcess.in(InfrastructureMain.postgresData(directory)).orElseThrow().process();
    postmaster.destroyForcibly();

    assertThat(first.waitFor(30, TimeUnit.SECONDS)).as("the infrastructure exited").isTrue();
    assertThat(first.exitValue()).isEqualTo(1);
    Process second = infrastructure();
    assertThat(read()).isEqualTo("kept");
    second.getOutputStream().close();
    assertThat(second.waitFor()).isZero();
  }

  @Test
  void shouldStartAlthoughAnotherProcessHasThePostmasterPid() throws Exception {
    Process first = infrastructure();
    insert("kept");
    Path data = InfrastructureMain.postgresData(directory);
    ProcessHandle postmaster = PostgresProcess.in(data).orElseThrow().process();
    first.destroyForcibly().waitFor();
    postmaster.destroyForcibly();
    postmaster.onExit().join();
    Path pidFile = data.resolve("postmaster.pid");
    List<String> lines = new ArrayList<>(Files.readAllLines(pidFile));
    lines.set(0, Long.toString(ProcessHandle.current().pid()));
    Files.write(pidFile, lines);

    Process second = infrastructure();

    assertThat(read()).isEqualTo("kept");
    second.getOutputStream().close();
    assertThat(second.waitFor()).isZero();
  }

  /** On a cluster the pair runs in a pod and is reached from others. */
  @Test
  void shouldAdmitOtherMachinesWithThePasswordOnly() throws Exception {
    String other = "127.0.0.2";
    // From that address, because connections from 127.0.0.1 need no password.
    String url =
        "jdbc:postgresql://%s:%d/postgres?localSocketAddress=%s"
            .formatted(other, postgresPort, other);
    try (var postgres =
            EmbeddedPostgres.start(
                InfrastructureMain.postgresData(directory),
                postgresPort,
                "127.0.0.1," + other,
                "it's a secret");
        var kafka =
            EmbeddedKafka.start(
                directory.resolve("kafka"),
                new EmbeddedKafka.Address(other, other, kafkaPort, controllerPort));
        var admin = Admin.create(Map.of("bootstrap.servers", other + ":" + kafkaPort))) {
      try (Connection admitted = DriverManager.getConnection(url, "postgres", "it's a secret")) {
        assertThat(admitted.isValid(5)).isTrue();
      }
      assertThatThrownBy(() -> DriverManager.getConnection(url, "postgres", "postgres"))
          .isInstanceOf(SQLException.class)
          .hasMessageContaining("password authentication failed");
      assertThat(admin.describeCluster().controller().get().host()).isEqualTo(other);
      assertThat(kafka.bootstrapServers()).isEqualTo(other + ":" + kafkaPort);
      assertThat(postgres.jdbcUrl("postgres")).contains("127.0.0.1");
    }
  }

  /** initdb writes postgresql.conf early; once that file exists, initdb is not run again. */
  @Test
  void shouldInitialiseAgainAfterAKillDuringTheFirstInitialisation() throws Exception {
    Path data = InfrastructureMain.postgresData(directory);
    Files.createDirectories(data);
    Files.writeString(data.resolve("postgresql.conf"), "");
    Files.createFile(data.resolveSibling("initialising"));

    Process first = infrastructure();

    insert("kept");
    first.getOutputStream().close();
    assertThat(first.waitFor()).isZero();
    Process second = infrastructure();
    assertThat(read()).isEqualTo("kept");
    second.getOutputStream().close();
    assertThat(second.waitFor()).isZero();
  }

  @Test
  void shouldMarkADataDirectoryUntilItHasServed() throws IOException {
    PostgresData data = new PostgresData(directory.resolve("postgres/data"));
    Path marker = Files.createDirectories(directory.resolve("postgres")).resolve("initialising");

    data.prepare();
    assertThat(marker).exists();
    Files.createDirectory(data.directory());
    Files.writeString(data.directory().resolve("postgresql.conf"), "half");

    data.prepare();
    assertThat(data.directory()).doesNotExist();
    data.markServed();
    assertThat(marker).doesNotExist();
  }

  @Test
  void shouldRefuseAnInvalidDatabaseName() {
    assertThatThrownBy(
            () ->
                EmbeddedPostgres.createDatabases(
                    "jdbc:postgresql://127.0.0.1:1/none", "a", "b", List.of("x; drop table y")))
        .isInstanceOf(RuntimeException.class);
  }

  private Process infrastructure() throws IOException {
    var process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                InfrastructureMain.class.getName(),
                "--directory=" + directory,
                "--kafka-port=" + kafkaPort,
                "--controller-port=" + controllerPort,
                "--postgres-port=" + postgresPort,
                "--databases=curation,eval",
                "--end-with-input")
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    var lines = process.inputReader();
    assertThat(lines.lines().anyMatch(InfrastructureMain.READY::equals))
        .as("the infrastructure reports that it is ready")
        .isTrue();
    return process;
  }

  private void produce(String value) throws Exception {
    Map<String, Object> settings =
        Map.of("bootstrap.servers", "127.0.0.1:" + kafkaPort, "acks", "all");
    try (var producer =
        new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
      assertThat(producer.send(new ProducerRecord<>(TopicNames.FEEDBACK, 0, "key", value)).get())
          .isNotNull();
    }
  }

  private String consume() {
    Map<String, Object> settings = Map.of("bootstrap.servers", "127.0.0.1:" + kafkaPort);
    try (var consumer =
        new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
      var partition = new TopicPartition(TopicNames.FEEDBACK, 0);
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      return consumer.poll(Duration.ofSeconds(20)).iterator().next().value();
    }
  }

  private java.util.Set<String> topics() throws Exception {
    try (var admin = Admin.create(Map.of("bootstrap.servers", "127.0.0.1:" + kafkaPort))) {
      return admin.listTopics().names().get();
    }
  }

  private void insert(String value) throws SQLException {
    try (var connection = connect();
        var statement = connection.createStatement()) {
      statement.execute("create table t (v text)");
      statement.execute("insert into t values ('" + value + "')");
    }
  }

  private String read() throws SQLException {
    try (var connection = connect();
        var statement = connection.createStatement();
        var result = statement.executeQuery("select v from t")) {
      assertThat(result.next()).isTrue();
      return result.getString(1);
    }
  }

  private Connection connect() throws SQLException {
    return DriverManager.getConnection(
        "jdbc:postgresql://127.0.0.1:" + postgresPort + "/curation",
        EmbeddedPostgres.USER,
        EmbeddedPostgres.PASSWORD);
  }
}
