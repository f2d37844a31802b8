package dev.whetstone.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.whetstone.client.api.ApiClient;
import dev.whetstone.client.api.ApiReply;
import dev.whetstone.client.api.StackComponent;
import dev.whetstone.client.keys.KeyEntry;
import dev.whetstone.client.keys.KeyFile;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What one tenant, a stolen browser key or a stranger can try against another tenant, from outside.
 * {@code ./whetstone test attacks} runs only these. The answers are those of {@code
 * docs/tenants.md}.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class AttackTest {
  private static final String VICTIM = "acme";
  private static final String LOOP = "support";
  private static final String MALLORY = "mallory";

  /** Stands for a person's words: no log may contain it. */
  private static final String SECRET_TEXT = "my-door-code-is-4711-ultramarine";

  private static final int MIB = 1 << 20;

  @RegisterExtension
  static final WhetstoneUnderTest whetstone =
      WhetstoneUnderTest.of(
          EnumSet.of(
              StackComponent.INFRA,
              StackComponent.INGEST,
              StackComponent.CURATION,
              StackComponent.TRAINING,
              StackComponent.EVAL));

  private static String malloryKey;
  private static String browserKey;
  private static String readerKey;

  @BeforeAll
  static void declareTheVictimsLoop() {
    KeyFile keys = KeyFile.at(whetstone.stack().options().home().keysFile());
    malloryKey = keys.create("mallory", MALLORY, "mallory-app", KeyEntry.SCOPES, false).text();
    browserKey = keys.create("browser", VICTIM, "web-widget", List.of("ingest"), true).text();
    readerKey = keys.create("reader", VICTIM, "reader", List.of("read"), false).text();
    ApiClient victim = whetstone.api(VICTIM);
    ApiReply declared = put(victim, LOOP, declaration(VICTIM, LOOP, "http://127.0.0.1:9", ""));
    assertThat(declared.status()).as("%s", declared.body()).isEqualTo(200);
    await()
        .atMost(Duration.ofMinutes(1))
        .until(() -> victim.get(StackComponent.INGEST, path("/status")).isOk());
    ArrayNode interactions = ApiClient.JSON.createArrayNode();
    interactions.add(ProductAppClient.interaction("r-1", "c-1", "ada", SECRET_TEXT, "Noted."));
    assertThat(new ProductAppClient(victim, LOOP).send("interactions", interactions).status())
        .isEqualTo(202);
    await()
        .atMost(Duration.ofMinutes(1))
        .until(() -> victim.get(StackComponent.CURATION, path("/responses/r-1")).isOk());
  }

  private static ApiClient mallory() {
    return whetstone.api(VICTIM).with(malloryKey);
  }

  private static String path(String rest) {
    return "/v1/loops/" + LOOP + rest;
  }

  private static String declaration(String tenant, String loop, String endpoint, String more) {
    return """
        apiVersion: whetstone.dev/v1
        kind: Loop
        metadata: {tenant: %s, name: %s}
        spec:
          baseModel: {uri: 'hf://acme/base'}
          consent: {default: allow}
          serving: {endpoint: '%s'}
        %s
        """
        .formatted(tenant, loop, endpoint, more.indent(2).stripTrailing());
  }

  private static ApiReply put(ApiClient api, String loop, String yaml) {
    return api.send(
        StackComponent.EVAL,
        "PUT",
        "/v1/loops/" + loop,
        "application/yaml",
        yaml.getBytes(StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @CsvSource({
    "INGEST, GET, /status",
    "INGEST, POST, /feedback",
    "INGEST, POST, /interactions",
    "CURATION, GET, /status",
    "CURATION, GET, /fates/counts",
    "CURATION, GET, /responses/r-1",
    "CURATION, GET, /fates/support-app/interaction-r-1",
    "CURATION, GET, /quarantine",
    "CURATION, GET, /batches",
    "CURATION, GET, /advice",
    "CURATION, POST, /seal",
    "TRAINING, GET, /status",
    "TRAINING, GET, /runs",
    "EVAL, GET, ''",
    "EVAL, GET, /status",
    "EVAL, GET, /champion",
    "EVAL, GET, /champion/history",
    "EVAL, GET, /decisions",
    "EVAL, GET, /checkpoints",
    "EVAL, GET, /assignment?endUser=ada",
    "EVAL, POST, /pause",
    "EVAL, DELETE, ''",
  })
  @Order(1)
  void shouldNotShowOneTenantsLoopToAnother(StackComponent service, String method, String rest) {
    byte[] body = method.equals("POST") ? "{}".getBytes(StandardCharsets.UTF_8) : null;

    ApiReply reply = mallory().send(service, method, path(rest), "application/json", body);

    assertThat(reply.status()).as("%s %s: %s", method, rest, reply.body()).isEqualTo(404);
    assertThat(reply.body().toString()).doesNotContain(SECRET_TEXT);
  }

  @ParameterizedTest
  @CsvSource({
    "CURATION, POST, /seal",
    "EVAL, POST, /pause",
    "EVAL, DELETE, ''",
    "INGEST, POST, /feedback",
  })
  @Order(2)
  void shouldNotLetAReaderChangeAnything(StackComponent service, String method, String rest) {
    ApiReply reply =
        whetstone
            .api(VICTIM)
            .with(readerKey)
            .send(
                service,
                method,
                path(rest),
                "application/json",
                "{}".getBytes(StandardCharsets.UTF_8));

    assertThat(reply.status()).isEqualTo(403);
    assertThat(reply.body().path("code").asText()).isEqualTo("missing-scope");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "file:///etc/passwd",
        "file:///proc/self/environ",
        "file:///no/such/file",
        "file:///etc/../etc/shadow"
      })
  @Order(3)
  void shouldNotReadFilesOutsideOfTheTenantsFolders(String uri) {
    String suites = "evaluation: {suites: [{name: golden, role: RETAIN, uri: '" + uri + "'}]}";

    ApiReply reply =
        put(mallory(), "mine", declaration(MALLORY, "mine", "http://127.0.0.1:9", suites));

    assertThat(reply.status()).isEqualTo(422);
    assertThat(reply.body().path("code").asText()).isEqualTo("invalid-loop");
    assertThat(reply.body().path("detail").asText())
        .contains("never in the object store")
        .doesNotContainPattern("[0-9a-f]{64}");
  }

  @Test
  @Order(4)
  void shouldNotReadTheStoreThroughALoopFile() throws IOException {
    String uri = whetstone.store().resolve("blobs").toUri().toString();
    Files.createDirectories(whetstone.store());
    String replay = "training: {replay: [{uri: '" + uri + "', share: 0.1}]}";

    ApiReply reply =
        put(mallory(), "mine", declaration(MALLORY, "mine", "http://127.0.0.1:9", replay));

    assertThat(reply.status()).isEqualTo(422);
    assertThat(reply.body().path("detail").asText()).contains("never in the object store");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://169.254.169.254/latest",
        "http://user:pw@127.0.0.1:8000",
        "http://127.0.0.1:8000/a?b=c",
        "http://127.0.0.1:8000/#x",
        "http://0.0.0.0:8000",
        "http://[::ffff:169.254.169.254]:80",
        "http://10.0.0.1:8000"
      })
  @Order(5)
  void shouldNotCallEndpointsThatTheOperatorDoesNotAllow(String endpoint) {
    ApiReply reply = put(mallory(), "mine", declaration(MALLORY, "mine", endpoint, ""));

    assertThat(reply.status()).as("%s", reply.body()).isEqualTo(422);
    assertThat(reply.body().path("detail").asText()).contains("/spec/serving/endpoint");
  }

  @Test
  @Order(6)
  void shouldNotCallItsOwnPorts() {
    String endpoint = "http://127.0.0.1:" + whetstone.ports().postgres();

    ApiReply reply = put(mallory(), "mine", declaration(MALLORY, "mine", endpoint, ""));

    assertThat(reply.status()).isEqualTo(422);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"env:WHETSTONE_SERVING_ACME_KEY", "env:WHETSTONE_DB_PASSWORD", "file:acme/key"})
  @Order(7)
  void shouldNotUseTheCredentialsOfOthers(String reference) {
    String yaml =
        declaration(MALLORY, "mine", "http://127.0.0.1:9", "")
            .replace(":9'}", ":9', credentialsRef: '" + reference + "'}");

    ApiReply reply = put(mallory(), "mine", yaml);

    assertThat(reply.status()).as("%s", reply.body()).isEqualTo(422);
    assertThat(reply.body().path("detail").asText()).contains("credentialsRef");
  }

  @Test
  @Order(8)
  void shouldNotLetOperateGoRoundApprove() {
    KeyFile keys = KeyFile.at(whetstone.stack().options().home().keysFile());
    String operator =
        keys.create("operator", VICTIM, "operator", List.of("operate", "read"), false).text();

    ApiReply reply =
        put(
            whetstone.api(VICTIM).with(operator),
            LOOP,
            declaration(VICTIM, LOOP, "http://127.0.0.1:9", "rollout: {mode: auto}"));

    assertThat(reply.status()).as("%s", reply.body()).isEqualTo(403);
    assertThat(reply.body().path("code").asText()).isEqualTo("approval-needed");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"kind\":\"thumb\",\"responseId\":\"r-1\",\"value\":true,\"occurredAt\":\"2099-01-01T00:00:00Z\"}|/occurredAt",
        "{\"kind\":\"correction\",\"responseId\":\"r-1\",\"correctedOutput\":7}|/correctedOutput",
        "{\"kind\":\"thumb\",\"responseId\":\"r-1\"}|/value",
      })
  @Order(9)
  void shouldRefuseAnItemWithTheWrongTimeOrShape(String item, String pointer) {
    ApiReply reply =
        whetstone
            .api(VICTIM)
            .send(
                StackComponent.INGEST,
                "POST",
                path("/feedback"),
                "application/json",
                ("[" + item + "]").getBytes(StandardCharsets.UTF_8));

    assertThat(reply.status()).isEqualTo(422);
    assertThat(reply.body().toString()).contains("/0" + pointer);
  }

  @Test
  @Order(10)
  void shouldRefuseABrowserKeysReplacementAndCorrection() {
    ApiClient browser = whetstone.api(VICTIM).with(browserKey);
    ObjectNode correction =
        ProductAppClient.feedback("b-1", "correction", "r-1", "ada").put("correctedOutput", "No.");
    ObjectNode replacement =
        ProductAppClient.feedback("b-2", "thumb", "r-1", "ada")
            .put("value", true)
            .put("supersedes", "f-1");
    correction.remove("feedbackSource");
    replacement.remove("feedbackSource");

    for (ObjectNode item : List.of(correction, replacement)) {
      ApiReply reply =
          browser.post(
              StackComponent.INGEST, path("/feedback"), ApiClient.JSON.createArrayNode().add(item));
      assertThat(reply.status()).as("%s", reply.body()).isIn(403, 422);
    }
    ApiReply champion = browser.get(StackComponent.EVAL, path("/champion"));
    assertThat(champion.status()).isEqualTo(200);
    assertThat(champion.body().has("adapterUri")).isFalse();
    assertThat(champion.body().has("checkpointId")).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"eval", "curation", "training", "ingest", "import:theirs"})
  @Order(11)
  void shouldRefuseSystemSources(String source) {
    String event =
        """
        {"specversion": "1.0", "id": "e-1", "source": "%s", "type": "dev.whetstone.feedback.given.v1",
         "tenant": "acme", "loop": "support",
         "data": {"kind": "thumb", "responseId": "r-1", "value": true}}
        """
            .formatted(source);

    ApiReply reply =
        whetstone
            .api(VICTIM)
            .send(
                StackComponent.INGEST,
                "POST",
                "/v1/events",
                "application/cloudevents+json",
                event.getBytes(StandardCharsets.UTF_8));

    assertThat(reply.status()).as("%s", reply.body()).isBetween(400, 422);
  }

  @Test
  @Order(12)
  void shouldBoundBodies() {
    byte[] large = new byte[20 * MIB];
    java.util.Arrays.fill(large, (byte) ' ');

    assertThat(send(large).status()).isEqualTo(413);
    assertThat(send(("[".repeat(200_000)).getBytes(StandardCharsets.UTF_8)).status())
        .isBetween(400, 422);
    assertThat(send("{".getBytes(StandardCharsets.UTF_8)).status()).isEqualTo(400);
  }

  private static ApiReply send(byte[] body) {
    return whetstone
        .api(VICTIM)
        .send(StackComponent.INGEST, "POST", path("/feedback"), "application/json", body);
  }

  @ParameterizedTest
  @CsvSource({
    "EVAL, /v1/loops?key=KEY, 401",
    "EVAL, /decisions/dec-1?key=KEY, 401",
    "EVAL, /q/health, 404",
    "INGEST, /q/metrics, 404",
    "CURATION, /q/openapi, 404",
    "TRAINING, /v1/runs/none, 401",
  })
  @Order(13)
  void shouldAnswerAStrangerWithoutAKey(StackComponent service, String target, int status)
      throws Exception {
    URI uri =
        URI.create(whetstone.api(VICTIM).baseUrl(service) + target.replace("KEY", malloryKey));
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpResponse<String> answer =
          client.send(
              HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(20)).build(),
              HttpResponse.BodyHandlers.ofString());
      assertThat(answer.statusCode()).as("%s", answer.body()).isEqualTo(status);
    }
  }

  @Test
  @Order(14)
  void shouldTellAnIdConflictToItsSender() {
    ApiClient victim = whetstone.api(VICTIM);
    ProductAppClient app = new ProductAppClient(victim, LOOP);
    ObjectNode two = ProductAppClient.feedback("same-id", "thumb", "r-1", "ada").put("value", true);
    ObjectNode five = two.deepCopy().put("value", false);
    app.sendFeedback(List.of(two));
    app.sendFeedback(List.of(five));

    await()
        .atMost(Duration.ofMinutes(1))
        .untilAsserted(
            () ->
                assertThat(
                        victim
                            .get(StackComponent.CURATION, path("/fates/support-app/same-id"))
                            .body()
                            .path("conflicts"))
                    .isNotEmpty());
  }

  @Test
  @Order(99)
  void shouldKeepTextsAndKeysOutOfTheLogs() throws IOException {
    try (Stream<Path> logs = Files.walk(whetstone.stack().options().home().logs())) {
      for (Path log : logs.filter(Files::isRegularFile).toList()) {
        assertThat(log).content().doesNotContain(SECRET_TEXT, malloryKey, browserKey, readerKey);
      }
    }
  }
}
