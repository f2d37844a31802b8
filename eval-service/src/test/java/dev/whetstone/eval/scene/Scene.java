package dev.whetstone.eval.scene;

import static io.restassured.RestAssured.given;
import static org.awaitility.Awaitility.await;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.batch.BatchFile;
import dev.whetstone.contracts.batch.BatchManifest;
import dev.whetstone.contracts.batch.BatchTrigger;
import dev.whetstone.contracts.batch.Form;
import dev.whetstone.contracts.batch.LineageRow;
import dev.whetstone.contracts.batch.SftRow;
import dev.whetstone.contracts.batch.Split;
import dev.whetstone.contracts.batch.SplitCounts;
import dev.whetstone.contracts.chat.ChatMessage;
import dev.whetstone.contracts.checkpoint.CheckpointManifest;
import dev.whetstone.contracts.event.BatchSealed;
import dev.whetstone.contracts.event.CheckpointReady;
import dev.whetstone.contracts.event.Event;
import dev.whetstone.contracts.event.EventAttributes;
import dev.whetstone.contracts.event.EventData;
import dev.whetstone.contracts.event.EventType;
import dev.whetstone.contracts.event.PromotionDecided;
import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.contracts.suite.SuiteItem;
import dev.whetstone.eval.serving.ServedName;
import dev.whetstone.kit.json.Digests;
import dev.whetstone.kit.json.Json;
import dev.whetstone.kit.store.ObjectStore;
import dev.whetstone.kit.store.Stored;
import dev.whetstone.testing.KafkaProbe;
import dev.whetstone.testing.TestKeys;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * One loop with a model server, and everything that the other services would have said about it.
 * The right answer to {@code question} is {@code "right " + question}.
 */
public final class Scene {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private final LoopId loop;
  private final ObjectStore store;
  private final FakeModelServer server;
  private final Path folder;
  private final KafkaProbe probe = KafkaProbe.shared();
  private final List<String> suites = new ArrayList<>();
  private float seed = 1;
  private long sequence;
  private String mode = "auto";
  private String confirmDeadline = "PT30S";
  private int freshItems = 40;
  private String servingUrl;
  private String askingUrl;
  private String baseName = FakeModelServer.BASE;

  public Scene(String name, ObjectStore store, FakeModelServer server) {
    this.loop = new LoopId("acme", name);
    this.store = store;
    this.server = server;
    this.servingUrl = server.url();
    this.askingUrl = server.url();
    try {
      this.folder = Files.createTempDirectory("scene");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static String right(String question) {
    return "right " + question;
  }

  public LoopId loop() {
    return loop;
  }

  public Scene mode(String newMode) {
    mode = newMode;
    return this;
  }

  public Scene confirmDeadline(String duration) {
    confirmDeadline = duration;
    return this;
  }

  public Scene freshItems(int least) {
    freshItems = least;
    return this;
  }

  /** Users are answered by another server than the one that evaluates. */
  public Scene servedBy(FakeModelServer other) {
    servingUrl = other.url();
    return this;
  }

  /** Candidates are asked at this URL. */
  public Scene askedAt(String url) {
    askingUrl = url;
    return this;
  }

  /** The declared name of the base model. */
  public Scene baseName(String name) {
    baseName = name;
    return this;
  }

  /** Adds a suite of so many items, named {@code <name> <n>}, in slices of fifty. */
  public Scene suite(String role, String name, int items, boolean shadow) {
    List<SuiteItem> rows =
        IntStream.range(0, items)
            .mapToObj(
                i -> {
                  String question = name + " " + i;
                  return new SuiteItem(
                      "item-" + i,
                      List.of(ChatMessage.user(question)),
                      right(question),
                      null,
                      "slice-" + i / 50,
                      null);
                })
            .toList();
    return suite(role, name, rows, shadow);
  }

  public Scene suite(String role, String name, List<SuiteItem> rows, boolean shadow) {
    Path file = folder.resolve(name + ".jsonl");
    try {
      Files.write(file, lines(rows));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    suites.add(
        "{name: %s, role: %s, uri: '%s', shadow: %s}".formatted(name, role, file.toUri(), shadow));
    return this;
  }

  public Path suiteFile(String name) {
    return folder.resolve(name + ".jsonl");
  }

  public String yaml() {
    return """
    apiVersion: whetstone.dev/v1
    kind: Loop
    metadata: {tenant: acme, name: %s}
    spec:
      baseModel: {uri: 'hf://whetstone/tiny'}
      consent: {default: allow}
      serving: {endpoint: '%s', baseName: %s}
      rollout: {mode: %s, confirmDeadline: %s}
      evaluation:
        endpoint: '%s'
        reproducibilityItems: 20
        concurrency: 16
        gates:
          - {role: FRESH, minItems: %d}
          - {role: RETAIN, minItems: 100}
          - {role: FORGET, minItems: 50}
        suites: [%s]
    """
        .formatted(
            loop.loop(),
            servingUrl,
            baseName,
            mode,
            confirmDeadline,
            askingUrl,
            freshItems,
            String.join(", ", suites));
  }

  public ValidatableResponse declare() {
    return api().body(yaml()).put("/v1/loops/" + loop.loop()).then();
  }

  public Scene declared() {
    declare().statusCode(200);
    return this;
  }

  /** Seals a batch of test items named {@code <topic> <n>} and tells of it. */
  public BatchSealed batch(String topic, int items) {
    BatchSealed sealed = silentBatch(topic, items);
    say(sealed, sealed.batchId());
    return sealed;
  }

  /** The same without telling anybody. */
  public BatchSealed silentBatch(String topic, int items) {
    List<SftRow> rows =
        IntStream.range(0, items)
            .mapToObj(
                i -> {
                  ChatMessage user = ChatMessage.user(topic + " " + i);
                  ChatMessage answer = ChatMessage.assistant(right(topic + " " + i)).withWeight(1);
                  String id = Digests.sha256(loop + topic + i);
                  return new SftRow(id, List.of(user, answer), null, 1);
                })
            .toList();
    List<LineageRow> lineage =
        IntStream.range(0, items)
            .mapToObj(
                i ->
                    new LineageRow(
                        rows.get(i).id(),
                        Form.SFT,
                        Split.TEST,
                        List.of(),
                        "user-" + i / 2,
                        "conversation-" + i,
                        Map.of("quality", 1.0),
                        Map.of(),
                        List.of(topic),
                        false))
            .toList();
    BatchFile test = file("sft/test.jsonl", Form.SFT, Split.TEST, lines(rows), items);
    BatchFile lineageFile = file("lineage.jsonl", null, null, lines(lineage), items);
    Map<String, SplitCounts> counts = Map.of("sft", new SplitCounts(0, 0, items));
    BatchManifest manifest =
        new BatchManifest(
            1,
            loop.tenant(),
            loop.loop(),
            ++sequence,
            "0".repeat(64),
            null,
            BatchTrigger.VOLUME,
            "0".repeat(64),
            counts,
            Map.of(),
            List.of(test, lineageFile));
    Stored stored = store.putBlob(Json.canonical(manifest));
    return new BatchSealed(
        stored.sha256(),
        sequence,
        counts,
        stored.uri().toString(),
        manifest.loopSpecSha256(),
        null,
        BatchTrigger.VOLUME,
        Instant.parse("2026-11-20T12:00:00Z"));
  }

  /** Offers an adapter that answers so. */
  public CheckpointReady checkpoint(UnaryOperator<String> skill, BatchSealed... trainedOn) {
    CheckpointReady ready = silentCheckpoint(skill, trainedOn);
    say(ready, ready.checkpointId());
    return ready;
  }

  /** The same without telling anybody. */
  public CheckpointReady silentCheckpoint(UnaryOperator<String> skill, BatchSealed... trainedOn) {
    String run = "runs/" + loop.loop() + "-" + (int) seed + "/1/";
    byte[] config = Adapters.config(4);
    byte[] weights = Adapters.weights(4, seed++);
    Stored storedWeights = store.put(run + "adapter/adapter_model.safetensors", weights);
    store.put(run + "adapter/adapter_config.json", config);
    CheckpointManifest manifest =
        new CheckpointManifest(
            "checkpoint",
            run,
            1,
            List.of(
                new CheckpointManifest.File(
                    "adapter/adapter_config.json", config.length, Digests.sha256(config)),
                new CheckpointManifest.File(
                    "adapter/adapter_model.safetensors", weights.length, storedWeights.sha256())),
            new LoopSpec.BaseModel("hf://whetstone/tiny", null, null),
            null,
            Map.of(),
            Map.of("train_loss", 0.1),
            1000,
            20,
            "0.1.0");
    Stored stored = store.put(run + "manifest.json", Json.canonical(manifest));
    String adapterUri = store.uri(run + "adapter").toString();
    CheckpointReady ready =
        new CheckpointReady(
            stored.sha256(),
            "run-" + loop.loop() + "-" + (int) seed,
            java.util.Arrays.stream(trainedOn).map(BatchSealed::batchId).toList(),
            stored.uri().toString(),
            adapterUri,
            manifest.baseModel(),
            null,
            null,
            Map.of(),
            Map.of("train_loss", 0.1),
            1000,
            20,
            "0.1.0");
    server.teach(path(ready), skill);
    return ready;
  }

  /** Path under which a model server finds the adapter. */
  public static String path(CheckpointReady ready) {
    return Path.of(java.net.URI.create(ready.adapterUri())).toString();
  }

  public String servedName(CheckpointReady ready) {
    return ServedName.of(loop, ready.checkpointId());
  }

  /** Says something as another service would. */
  public void say(EventData data, String subject) {
    probe.send(
        new Event<>(
            new EventAttributes(
                "say-" + Digests.sha256(Json.canonical(data)),
                "scene",
                EventType.of(data),
                Instant.parse("2026-11-20T12:00:00Z"),
                subject,
                loop,
                loop.key(),
                null),
            data));
  }

  /** Waits for the decisions about the loop, newest first. */
  public List<PromotionDecided> decisions(int count) {
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(100))
        .until(() -> decisions().size() >= count);
    return decisions();
  }

  public List<PromotionDecided> decisions() {
    byte[] body =
        api()
            .get("/v1/loops/" + loop.loop() + "/decisions")
            .then()
            .log()
            .ifValidationFails()
            .statusCode(200)
            .extract()
            .asByteArray();
    return List.of(Json.read(body, PromotionDecided[].class));
  }

  public PromotionDecided decision() {
    return decisions(1).getFirst();
  }

  public void awaitGeneration(long generation) {
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(100))
        .until(() -> generation() == generation);
  }

  public long generation() {
    return api()
        .get("/v1/loops/" + loop.loop() + "/champion")
        .then()
        .statusCode(200)
        .extract()
        .jsonPath()
        .getLong("generation");
  }

  /** Bodies of what the service said about this loop. */
  public <T> List<T> said(String topic, EventType type, Class<T> body) {
    return probe.all(topic, type.wireName()).stream()
        .filter(message -> loop.key().equals(message.key()))
        .map(message -> KafkaProbe.body(message, body))
        .toList();
  }

  public <T> List<T> awaitSaid(EventType type, Class<T> body, int count) {
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(200))
        .until(() -> said(type.topic(), type, body).size() >= count);
    return said(type.topic(), type, body);
  }

  public String condition(String type) {
    return api()
        .get("/v1/loops/" + loop.loop() + "/status")
        .then()
        .statusCode(200)
        .extract()
        .jsonPath()
        .getString("conditions.find { it.type == '" + type + "' }.message");
  }

  public static RequestSpecification api() {
    return given().header("Authorization", TestKeys.ACME.bearer()).contentType("application/json");
  }

  private BatchFile file(String path, Form form, Split split, byte[] bytes, int rows) {
    Stored stored = store.putBlob(bytes);
    return new BatchFile(path, stored.key(), form, split, bytes.length, rows, stored.sha256());
  }

  private static byte[] lines(List<?> rows) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (Object row : rows) {
      bytes.writeBytes(Json.canonical(row));
      bytes.write('\n');
    }
    return bytes.toByteArray();
  }
}
