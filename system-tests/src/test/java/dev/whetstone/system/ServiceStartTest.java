package dev.whetstone.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.whetstone.client.api.BoundedExchange;
import dev.whetstone.client.api.StackComponent;
import dev.whetstone.client.api.StackPorts;
import dev.whetstone.testing.TestInfrastructure;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a service says that cannot start, and one of which a topic is absent. */
class ServiceStartTest {
  private static final Duration LIMIT = Duration.ofSeconds(90);
  private static final TestInfrastructure INFRASTRUCTURE = TestInfrastructure.shared();
  private static final long MOST_BYTES = 1 << 20;

  private final StackPorts ports = StackPorts.free();
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "WHETSTONE_DB_USER, absent_user, SQLSTATE 28000, set WHETSTONE_DB_USER and WHETSTONE_DB_PASSWORD",
    "WHETSTONE_DB_URL, DATABASE_ABSENT, SQLSTATE 3D000, create the database",
    "WHETSTONE_DB_URL, jdbc:postgresql://127.0.0.1:1/x, does not answer, check host and port"
  })
  void shouldEndWithTheReasonInTheLastLine(
      String variable, String value, String reason, String remedy) throws Exception {
    Map<String, String> environment = environment(StackComponent.CURATION);
    environment.put(
        variable, value.equals("DATABASE_ABSENT") ? INFRASTRUCTURE.jdbcUrl() + "_absent" : value);

    Process process = start(StackComponent.CURATION, environment);

    assertThat(process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).as("it ends").isTrue();
    assertThat(process.exitValue()).isNotZero();
    assertThat(log().getLast()).startsWith("start-failed reason=").contains(reason, remedy);
  }

  @Test
  void shouldNotBeReadyWithoutItsTopicsAndNameThem() throws Exception {
    String topic = "whetstone.intake.dlq";
    try (Admin admin =
        Admin.create(
            Map.of(
                AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, INFRASTRUCTURE.bootstrapServers()))) {
      admin.deleteTopics(List.of(topic)).all().get(30, TimeUnit.SECONDS);
      Process process = start(StackComponent.INGEST, environment(StackComponent.INGEST));
      try {
        awaitUnready(
            StackComponent.INGEST, "\"" + topic + "\": \"the topic does not exist: create it");
        create(admin, topic);
        await().atMost(LIMIT).until(() -> readiness(StackComponent.INGEST).statusCode() == 200);
      } finally {
        process.destroyForcibly().waitFor(30, TimeUnit.SECONDS);
        if (!admin.listTopics().names().get(30, TimeUnit.SECONDS).contains(topic)) {
          create(admin, topic);
        }
      }
    }
  }

  private static void create(Admin admin, String topic) throws Exception {
    admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1))).all().get(30, TimeUnit.SECONDS);
  }

  @Test
  void shouldNotBeReadyWithoutItsStoreAndSayWhy() throws Exception {
    Map<String, String> environment = environment(StackComponent.CURATION);
    environment.put("WHETSTONE_STORE_URI", "ftp://there/store");
    Process process = start(StackComponent.CURATION, environment);
    try {
      awaitUnready(StackComponent.CURATION, "whetstone.store.uri cannot be used");
    } finally {
      process.destroyForcibly().waitFor(30, TimeUnit.SECONDS);
    }
  }

  private void awaitUnready(StackComponent service, String reason) {
    await()
        .atMost(LIMIT)
        .ignoreExceptionsInstanceOf(IOException.class)
        .untilAsserted(
            () -> {
              HttpResponse<byte[]> answer = readiness(service);
              assertThat(new String(answer.body(), StandardCharsets.UTF_8)).contains(reason);
              assertThat(answer.statusCode()).isEqualTo(503);
            });
  }

  private HttpResponse<byte[]> readiness(StackComponent service)
      throws IOException, InterruptedException {
    URI ready = URI.create("http://127.0.0.1:" + ports.management(service) + "/q/health/ready");
    try (HttpClient client = HttpClient.newHttpClient()) {
      return BoundedExchange.send(
          client, HttpRequest.newBuilder(ready).build(), Duration.ofSeconds(10), MOST_BYTES);
    }
  }

  private Process start(StackComponent service, Map<String, String> environment)
      throws IOException {
    Path jar =
        WhetstoneUnderTest.PROJECT
            .resolve(service.module())
            .resolve("target/quarkus-app/quarkus-run.jar");
    ProcessBuilder builder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Djava.util.logging.manager=org.jboss.logmanager.LogManager",
                "-jar",
                jar.toString())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("log").toFile());
    builder.environment().putAll(environment);
    return builder.start();
  }

  private Map<String, String> environment(StackComponent service) throws IOException {
    Files.writeString(folder.resolve("keys.json"), "{\"keys\": []}");
    Map<String, String> environment = new HashMap<>();
    environment.put("WHETSTONE_HTTP_PORT", Integer.toString(ports.http(service)));
    environment.put("WHETSTONE_MANAGEMENT_PORT", Integer.toString(ports.management(service)));
    environment.put("KAFKA_BOOTSTRAP_SERVERS", INFRASTRUCTURE.bootstrapServers());
    environment.put("WHETSTONE_STORE_URI", folder.resolve("store").toUri().toString());
    environment.put("WHETSTONE_KEYS_FILE", folder.resolve("keys.json").toString());
    environment.put("WHETSTONE_CURATION_HMAC_KEY", "k".repeat(40));
    environment.put("WHETSTONE_CONNECTION_KEY", "k".repeat(40));
    if (service != StackComponent.INGEST) {
      environment.put("WHETSTONE_DB_URL", INFRASTRUCTURE.jdbcUrl());
      environment.put("WHETSTONE_DB_USER", INFRASTRUCTURE.user());
      environment.put("WHETSTONE_DB_PASSWORD", INFRASTRUCTURE.password());
    }
    return environment;
  }

  private List<String> log() throws IOException {
    return Files.readAllLines(folder.resolve("log")).stream()
        .filter(line -> !line.isBlank())
        .toList();
  }
}
