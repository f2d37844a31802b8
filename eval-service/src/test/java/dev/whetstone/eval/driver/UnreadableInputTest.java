package dev.whetstone.eval.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.hasItem;

import com.fasterxml.jackson.databind.JsonNode;
import dev.whetstone.contracts.batch.BatchManifest;
import dev.whetstone.contracts.chat.ChatMessage;
import dev.whetstone.contracts.decision.Verdict;
import dev.whetstone.contracts.event.BatchSealed;
import dev.whetstone.contracts.event.CheckpointReady;
import dev.whetstone.contracts.event.PromotionDecided;
import dev.whetstone.contracts.suite.SuiteItem;
import dev.whetstone.eval.fixture.FakeModelServer;
import dev.whetstone.eval.fixture.LoopFixture;
import dev.whetstone.kit.json.Json;
import dev.whetstone.kit.sql.Sql;
import dev.whetstone.kit.store.ObjectStore;
import dev.whetstone.testing.InfrastructureResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** If an input cannot be read, the candidate is held, and other candidates are evaluated. */
@QuarkusTest
@WithTestResource(InfrastructureResource.class)
class UnreadableInputTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(45);
  @Inject ObjectStore store;
  @Inject Sql sql;
  FakeModelServer server;

  @BeforeEach
  void start() {
    server = new FakeModelServer().base(LoopEvaluationTest.OLD);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private LoopFixture scene(String name) {
    return new LoopFixture(name, store, server)
        .suite("RETAIN", "golden", 150, false)
        .suite("FORGET", "skills", 100, false);
  }

  private static void awaitEvaluationStatus(LoopFixture scene, String words) {
    await().atMost(TIMEOUT).until(() -> scene.condition("Judging").contains(words));
  }

  @Test
  void shouldHoldIfABatchIsCorrupt() {
    LoopFixture scene = scene("corrupt").declared();
    BatchSealed batch = scene.batch("new", 60);
    BatchManifest manifest =
        Json.read(store.read(store.key(URI.create(batch.manifestUri()))), BatchManifest.class);
    String blob = manifest.file("sft/test.jsonl").orElseThrow().blob();
    store.delete(blob);
    store.put(blob, "something else".getBytes(StandardCharsets.UTF_8));
    scene.checkpoint(LoopEvaluationTest.BETTER, batch);

    PromotionDecided decision = scene.decision();

    assertThat(decision.verdict()).isEqualTo(Verdict.HOLD);
    assertThat(decision.reason()).contains("batch " + batch.batchId(), "is corrupt");
  }

  @ParameterizedTest
  @CsvSource({"itemless, , is not in the store", "mangled, something else, is corrupt"})
  void shouldHoldIfTheItemsOfAnEvaluationAreLost(String name, String bytes, String why) {
    server.down(true);
    LoopFixture scene = scene(name).declared();
    scene.checkpoint(LoopEvaluationTest.BETTER, scene.batch("new", 60));
    awaitEvaluationStatus(scene, "503");
    String items = ObjectStore.blobKey(frozen(name).path("itemsSha256").asText());
    store.delete(items);
    if (bytes != null) {
      store.put(items, bytes.getBytes(StandardCharsets.UTF_8));
    }
    server.down(false);

    PromotionDecided decision = scene.decision();

    assertThat(decision.verdict()).isEqualTo(Verdict.HOLD);
    assertThat(decision.reason()).contains("the items of the evaluation", why);
  }

  private JsonNode frozen(String loop) {
    String frozen =
        sql.query("select frozen from evaluation where loop = ?", row -> row.getString(1), loop)
            .getFirst();
    return Json.read(frozen.getBytes(StandardCharsets.UTF_8), JsonNode.class);
  }

  @Test
  void shouldEvaluateOtherLoopsIfTheRowsOfOneCannotBeRead() {
    server.down(true);
    LoopFixture broken = scene("a-broken").declared();
    broken.checkpoint(LoopEvaluationTest.BETTER, broken.batch("new", 60));
    awaitEvaluationStatus(broken, "503");
    sql.updateInNewTransaction("update evaluation set frozen = '{' where loop = 'a-broken'");
    server.down(false);
    LoopFixture scene = scene("b-whole").declared();
    scene.checkpoint(LoopEvaluationTest.BETTER, scene.batch("new", 60));

    assertThat(scene.decision().verdict()).isEqualTo(Verdict.PROMOTE);
    sql.updateInNewTransaction("delete from evaluation where loop = 'a-broken'");
  }

  @Test
  void shouldHoldIfTheWeightsAreNotInTheManifest() {
    LoopFixture scene = scene("swapped").declared();
    BatchSealed batch = scene.batch("new", 60);
    CheckpointReady other = scene.unpublishedCheckpoint(LoopEvaluationTest.BETTER, batch);
    CheckpointReady ready = scene.unpublishedCheckpoint(LoopEvaluationTest.BETTER, batch);
    scene.publish(
        new CheckpointReady(
            ready.checkpointId(),
            ready.runId(),
            ready.batchIds(),
            ready.manifestUri(),
            other.adapterUri(),
            ready.baseModel(),
            null,
            null,
            ready.hyperparameters(),
            ready.metrics(),
            ready.tokens(),
            ready.gpuSeconds(),
            ready.workerVersion()),
        ready.checkpointId());

    PromotionDecided decision = scene.decision();

    assertThat(decision.verdict()).isEqualTo(Verdict.HOLD);
    assertThat(decision.reason()).contains("in the folder of adapterUri", other.adapterUri());
    assertThat(server.answers()).isZero();
  }

  @Test
  void shouldHoldIfASuiteHasDuplicateItemIds() {
    SuiteItem item =
        new SuiteItem("same", List.of(ChatMessage.user("golden")), "right", null, null, null);
    LoopFixture scene =
        scene("repeated").suite("FORGET", "twins", Collections.nCopies(2, item), false).declared();
    scene.checkpoint(LoopEvaluationTest.BETTER, scene.batch("new", 60));

    PromotionDecided decision = scene.decision();

    assertThat(decision.verdict()).isEqualTo(Verdict.HOLD);
    assertThat(decision.reason()).contains("suite 'twins'", "line 2", "another item has the id");
  }

  @Test
  void shouldOnlyNoteThatAShadowSuiteCannotBeRead() throws IOException {
    LoopFixture scene = scene("shadowless").suite("FORGET", "aside", 40, true).declared();
    Files.writeString(scene.suiteFile("aside"), "{}\n");
    scene.checkpoint(LoopEvaluationTest.BETTER, scene.batch("new", 60));

    PromotionDecided decision = scene.decision();

    assertThat(decision.verdict()).isEqualTo(Verdict.PROMOTE);
    LoopFixture.api()
        .get("/v1/decisions/" + decision.decisionId() + "/facts")
        .then()
        .body("notes", hasItem(containsString("suite 'aside'")));
  }
}
