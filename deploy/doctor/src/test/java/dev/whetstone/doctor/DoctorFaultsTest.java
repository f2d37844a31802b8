package dev.whetstone.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.contracts.TopicNames;
import dev.whetstone.doctor.report.CheckResult;
import dev.whetstone.doctor.settings.ServiceName;
import dev.whetstone.kit.id.TimeOrderedIdGenerator;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every fault is made on purpose, and gives one line that names it, its place and its remedy. */
class DoctorFaultsTest {
  @TempDir Path folder;
  private TestInstallation installation;

  @BeforeEach
  void install() throws Exception {
    installation = new TestInstallation(folder);
  }

  @AfterEach
  void remove() {
    installation.close();
  }

  private void assertFault(String... parts) throws Exception {
    List<String> faults = installation.faults();
    assertThat(faults).hasSize(1);
    assertThat(faults.getFirst()).startsWith("fault").contains(parts);
  }

  @Test
  void shouldFindNothingWrongWithAHealthyInstallation() throws Exception {
    var report = installation.examine();

    assertThat(report.results().stream().filter(CheckResult::isFault)).isEmpty();
    assertThat(report.isHealthy()).isTrue();
    assertThat(report.results())
        .map(result -> result.subject().check().id())
        .contains(
            "broker",
            "topic",
            "topic-access",
            "database",
            "database-schema",
            "database-connections",
            "clock",
            "store",
            "service",
            "loops",
            "model-server",
            "serving-key",
            "served-base",
            "adapter-endpoints",
            "adapter-rank",
            "server-version");
  }

  @Test
  void shouldLeaveNothingInTheStore() throws Exception {
    installation.examine();

    try (Stream<Path> files = Files.walk(installation.store)) {
      assertThat(files.filter(Files::isRegularFile)).isEmpty();
    }
  }

  @Test
  void shouldRemoveWhatAKilledDoctorLeftInTheStore() throws Exception {
    Path place = Files.createDirectories(installation.store.resolve("readiness/doctor"));
    var yesterday = Clock.offset(Clock.systemUTC(), Duration.ofDays(-1));
    String left = new TimeOrderedIdGenerator(yesterday).next("");
    String inUse = new TimeOrderedIdGenerator(Clock.systemUTC()).next("");
    Files.createFile(place.resolve(left));
    Files.createFile(place.resolve(inUse));

    installation.examine();

    assertThat(place.resolve(left)).doesNotExist();
    assertThat(place.resolve(inUse)).exists();
  }

  @Test
  void shouldPrintNoSecret() throws Exception {
    installation.setAll("WHETSTONE_DB_PASSWORD", "secret-of-the-database");
    installation.setAll("WHETSTONE_DB_USER", "nobody");
    installation.setAll(
        "KAFKA_SASL_JAAS_CONFIG",
        "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"a\" password=\"secret-of-kafka\";");

    assertThat(installation.examine().json().toString()).doesNotContain("secret-of");
  }

  @Test
  void shouldNameABrokerThatIsDown() throws Exception {
    installation.setAll("KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:" + freePort());
    installation.limit = Duration.ofSeconds(4);

    assertFault("Kafka broker at 127.0.0.1:", "does not answer", "→ start Kafka");
  }

  @Test
  void shouldNameAMissingTopic() throws Exception {
    try (TopicTampering topic = TopicTampering.of(installation, TopicNames.FINDINGS)) {
      topic.delete();

      assertFault(
          "topic whetstone.findings",
          "it does not exist",
          "kafka-topics.sh --create --topic whetstone.findings");
    }
  }

  @Test
  void shouldNameATopicWithTooFewPartitions() throws Exception {
    try (TopicTampering topic = TopicTampering.of(installation, TopicNames.FEEDBACK)) {
      topic.delete();
      topic.create(1, Map.of("cleanup.policy", "delete", "retention.ms", "1209600000"));

      assertFault(
          "topic whetstone.feedback",
          "partitions: 1, but 4 consumers read it",
          "--alter --topic whetstone.feedback --partitions 4");
    }
  }

  @Test
  void shouldNameATopicThatIsCleanedUpWrongly() throws Exception {
    try (TopicTampering topic = TopicTampering.of(installation, TopicNames.LOOPS)) {
      topic.set("cleanup.policy", "delete");

      assertFault(
          "topic whetstone.loops",
          "cleanup.policy is delete",
          "--add-config cleanup.policy=compact");
    }
  }

  @Test
  void shouldNameATopicThatKeepsPersonalDataTooLong() throws Exception {
    try (TopicTampering topic = TopicTampering.of(installation, TopicNames.FEEDBACK)) {
      topic.set("retention.ms", Long.toString(Duration.ofDays(60).toMillis()));

      assertFault("topic whetstone.feedback", "retention.ms is PT1440H", "retention.ms=1209600000");
    }
  }

  @Test
  void shouldNameALoginThatTheDatabaseRefuses() throws Exception {
    installation.set(ServiceName.TRAINING, "WHETSTONE_DB_USER", "nobody");

    assertFault(
        "database of training",
        "the database refused",
        "SQLSTATE 28",
        "→ set WHETSTONE_DB_USER and WHETSTONE_DB_PASSWORD");
  }

  @Test
  void shouldNameADatabaseThatDoesNotExist() throws Exception {
    installation.set(ServiceName.CURATION, "WHETSTONE_DB_URL", installation.url("absent"));

    assertFault("database of curation", "SQLSTATE 3D000", "→ create the database");
  }

  @Test
  void shouldNameADatabaseWithoutTables() throws Exception {
    installation.damage(ServiceName.CURATION, "drop schema public cascade; create schema public");

    assertFault("tables of curation", "it has no tables of Whetstone", "→ start curation");
  }

  @Test
  void shouldNameADatabaseOfALaterVersion() throws Exception {
    installation.damage(
        ServiceName.TRAINING,
        "insert into flyway_schema_history (installed_rank, version, description, type, script,"
            + " checksum, installed_by, execution_time, success) values (9000, '900', 'later',"
            + " 'SQL', 'V900__later.sql', 1, 'test', 1, true)");

    assertFault(
        "tables of training",
        "migrated by a later version: this one does not know 900",
        "→ start the version of training that migrated it");
  }

  @Test
  void shouldNameADatabaseOfAnEarlierVersion() throws Exception {
    installation.damage(
        ServiceName.EVAL,
        "delete from flyway_schema_history where installed_rank = (select max(installed_rank) from"
            + " flyway_schema_history)");

    assertFault(
        "tables of eval", "of this version are not applied", "→ start this version of eval");
  }

  @Test
  void shouldNameTooFewConnections() throws Exception {
    installation.set(ServiceName.EVAL, "QUARKUS_DATASOURCE_JDBC_MAX_SIZE", "5000");

    assertFault("connections of PostgreSQL", "max_connections is", "→ set max_connections to 50");
  }

  @Test
  void shouldNameAClockThatIsWrong() throws Exception {
    installation.clock = Clock.offset(Clock.systemUTC(), Duration.ofMinutes(-5));

    List<String> faults = installation.faults();

    assertThat(faults).hasSize(3);
    assertThat(faults)
        .allSatisfy(
            fault -> assertThat(fault).contains("300 s behind", "synchronise both with NTP"));
  }

  @Test
  void shouldNameAMissingStore() throws Exception {
    installation.setAll("WHETSTONE_STORE_URI", folder.resolve("absent").toUri().toString());

    assertFault(
        "object store at file:///", "the folder does not exist", "→ mount the volume there");
    assertThat(folder.resolve("absent")).doesNotExist();
  }

  @Test
  void shouldNameAStoreThatCannotBeWritten() throws Exception {
    Path store = Files.createDirectory(folder.resolve("read-only"));
    Files.createFile(store.resolve("readiness"));
    installation.setAll("WHETSTONE_STORE_URI", store.toUri().toString());

    assertFault("object store at file:///", "could not be written", "fix the folder");
  }

  @Test
  void shouldNameASettingThatIsMissing() throws Exception {
    installation.environments.get(ServiceName.EVAL).remove("WHETSTONE_STORE_URI");

    assertFault("settings of eval", "whetstone.store.uri is not set", "WHETSTONE_STORE_URI");
  }

  @Test
  void shouldNameAServiceThatIsDown() throws Exception {
    installation.services.close();

    assertThat(installation.faults())
        .hasSize(4)
        .allSatisfy(
            fault ->
                assertThat(fault).contains("it does not answer → start it with ./whetstone up"));
  }

  @Test
  void shouldTellWhyAServiceIsNotReady() throws Exception {
    installation.services.answer(
        "/curation/q/health/ready",
        503,
        """
        {"status":"DOWN","checks":[{"name":"topics","status":"DOWN","data":{"whetstone.loops":"the topic does not exist"}},
          {"name":"clock","status":"UP"}]}
        """);

    assertFault(
        "curation service",
        "not ready: topics: whetstone.loops: the topic does not exist",
        "→ remove these causes");
  }

  @Test
  void shouldNameAnotherProgramOnThePortOfAService() throws Exception {
    installation.services.answer("/ingest/q/health/ready", 200, "<html>");

    assertFault("ingest service", "is not the health of a service", "→ end the program");
  }

  @Test
  void shouldNameAModelServerThatIsDown() throws Exception {
    installation.models.close();

    assertFault("model server of demo/support", "it does not answer", "→ start the model server");
  }

  @Test
  void shouldNameAKeyThatTheServerRefuses() throws Exception {
    installation.models.answer("/v1/models", 200, "{\"data\":[]}", "the-key");

    assertFault(
        "access without a key",
        "the server refuses it (401)",
        "→ name the server's key in" + " spec.serving.credentialsRef");
  }

  @Test
  void shouldNameAKeyThatMayNotBeSentToTheServer() throws Exception {
    installation.set(ServiceName.EVAL, "WHETSTONE_SERVING_DEMO_VLLM", "the-key");
    installation.declareLoop(
        spec ->
            spec.replace(
                "\"serving\":{",
                "\"serving\":{\"credentialsRef\":\"env:WHETSTONE_SERVING_DEMO_VLLM\","));

    assertFault("key env:WHETSTONE_SERVING_DEMO_VLLM", "may receive this key", "_HOSTS");
  }

  @Test
  void shouldNameAServerThatIsNotAllowed() throws Exception {
    installation.set(ServiceName.EVAL, "WHETSTONE_ENDPOINTS_ALLOW", "vllm.models.svc");

    assertFault("model server of demo/support", "eval may not ask it", "WHETSTONE_ENDPOINTS_ALLOW");
  }

  @Test
  void shouldNameABaseThatIsNotServed() throws Exception {
    installation.models.answer("/v1/models", 200, "{\"data\":[{\"id\":\"other\"}]}");

    assertFault("base model 'support-base'", "the server lists [other]", "--served-model-name");
  }

  @Test
  void shouldNameAServerWithoutAdapterEndpoints() throws Exception {
    installation.models.answer("/v1/load_lora_adapter", 404, "{\"detail\":\"Not Found\"}");

    assertFault("adapter endpoints", "VLLM_ALLOW_RUNTIME_LORA_UPDATING=True");
  }

  @Test
  void shouldNameARankThatTheServerDoesNotTake() throws Exception {
    installation.declareLoop(spec -> spec.replaceAll("\"r\":\\d+", "\"r\":128"));

    assertFault("adapters of demo/support", "/spec/training/lora/r is 128", "at most 64");
  }

  @Test
  void shouldSayThatAVersionWasNotTried() throws Exception {
    installation.models.answer("/version", 200, "{\"version\":\"0.9.1\"}");

    assertThat(installation.examine().results())
        .map(CheckResult::line)
        .anySatisfy(
            line -> assertThat(line).startsWith("not checked").contains("0.9.1 was not tried"));
  }

  private static int freePort() throws Exception {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
