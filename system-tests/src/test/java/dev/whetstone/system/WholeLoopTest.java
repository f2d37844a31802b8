package dev.whetstone.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.whetstone.client.api.LoopFile;
import dev.whetstone.client.api.StackComponent;
import dev.whetstone.contracts.TopicNames;
import dev.whetstone.contracts.envelope.EventType;
import dev.whetstone.contracts.event.ChampionSet;
import dev.whetstone.contracts.event.CheckpointReady;
import dev.whetstone.contracts.event.PromotionDecided;
import dev.whetstone.system.SupportDesk.Question;
import dev.whetstone.testing.KafkaProbe;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Feedback in, a better adapter in service; the second time with a {@code kill -9} of every process
 * involved. Two tenants, one stack.
 */
@TestMethodOrder(OrderAnnotation.class)
class WholeLoopTest {
  private static final String CALM = "calm";
  private static final String FAULTY = "faulty";
  private static final String BROKEN = "broken";
  private static final int QUESTIONS = 440;
  private static final int END_USERS = 60;
  private static final int UNSEEN = 60;
  private static final int RING_USERS = 25;
  private static final int RING_CORRECTIONS = 500;

  private static final SpanCollector COLLECTOR = SpanCollector.start();

  @RegisterExtension
  static final WhetstoneUnderTest whetstone =
      WhetstoneUnderTest.of(StackComponent.all(), COLLECTOR.environment());

  private final ModelServerClient server = new ModelServerClient(whetstone.ports());

  @Test
  @Order(1)
  void shouldPutABetterAdapterIntoService() {
    LoopFile loop = TestLoops.demo(CALM, whetstone);
    whetstone.declare(loop);
    var watch = new LoopProbe(whetstone.api(CALM), loop.name());
    List<Question> unseen = new SupportDesk(11).unseenQuestions(UNSEEN);
    double before = exactMatch(watch, unseen);

    SupportFeed feed =
        SupportFeed.of(CALM, new SupportDesk(7).feedbackQuestions(QUESTIONS), END_USERS);
    feed.sendTo(new ProductAppClient(whetstone.api(CALM), loop.name()));

    assertThat(watch.awaitDecision().path("verdict").asText()).isEqualTo("PROMOTE");
    JsonNode champion = watch.awaitGeneration(1);
    assertThat(server.models()).contains(champion.path("servedName").asText());
    assertThat(before).isLessThanOrEqualTo(0.05);
    assertThat(exactMatch(watch, unseen)).isGreaterThanOrEqualTo(0.85);
    assertThat(watch.fates().path("total").asInt()).isEqualTo(feed.size());
  }

  @Test
  @Order(2)
  void shouldDecideTheSameThroughKillNineOfEveryService() throws Exception {
    LoopFile loop = TestLoops.demo(FAULTY, whetstone);
    // A hung worker must be given up within the time limit of the test.
    TestLoops.object(loop, "/spec/training").put("leaseDuration", "PT15S");
    whetstone.declare(loop);
    var watch = new LoopProbe(whetstone.api(FAULTY), loop.name());
    var app = new ProductAppClient(whetstone.api(FAULTY), loop.name());
    SupportFeed feed =
        SupportFeed.of(FAULTY, new SupportDesk(7).feedbackQuestions(QUESTIONS), END_USERS);

    feed.part(0, 0.5).sendTo(app);
    whetstone.stack().kill(StackComponent.CURATION);
    feed.part(0.5, 1).sendTo(app);
    whetstone.killAndRestart(StackComponent.CURATION);

    watch.awaitTrainingAttempt(1);
    ProcessHandle hung = WorkerProcesses.training(whetstone).getFirst();
    WorkerProcesses.suspend(hung);
    var stale = WorkerProcesses.reporter(hung, whetstone);
    watch.awaitTrainingAttempt(2);
    for (String phase : List.of("training", "done")) {
      assertThat(stale.report(phase).status()).as(phase).isEqualTo(409);
      assertThat(stale.report(phase).body().path("code").asText()).isEqualTo("stale-fence");
    }
    hung.onExit().get(60, TimeUnit.SECONDS);
    assertThat(WorkerProcesses.kill(whetstone)).isPositive();
    watch.awaitTrainingAttempt(3);
    whetstone.killAndRestart(StackComponent.TRAINING);

    watch.awaitEvaluation();
    whetstone.killAndRestart(StackComponent.EVAL);

    assertThat(watch.awaitDecision().path("verdict").asText()).isEqualTo("PROMOTE");
    watch.awaitGeneration(1);
    assertThat(watch.fates().path("total").asInt()).isEqualTo(feed.size());
    assertThat(watch.attempts()).hasSizeGreaterThan(1);
  }

  /** I3: abandoned attempts produce no checkpoint: each run has exactly one. */
  @Test
  @Order(3)
  void shouldOfferOneCheckpointPerRun() {
    assertThat(published(EventType.CHECKPOINT_READY, CheckpointReady.class))
        .extracting(CheckpointReady::runId)
        .hasSize(2)
        .doesNotHaveDuplicates();
  }

  /** I4: one decision per candidate and champion generation, despite the kills. */
  @Test
  @Order(4)
  void shouldDecideOncePerCandidate() {
    List<PromotionDecided> decided = published(EventType.PROMOTION_DECIDED, PromotionDecided.class);
    assertThat(decided).extracting(PromotionDecided::decisionId).doesNotHaveDuplicates();
    assertThat(decided)
        .extracting(d -> d.candidate() + "@" + d.championGeneration())
        .doesNotHaveDuplicates();
  }

  /** I5: generations increase by one, starting with the base model. */
  @Test
  @Order(5)
  void shouldNumberChampionsOneByOne() {
    for (String tenant : List.of(CALM, FAULTY)) {
      List<Long> generations =
          records(EventType.CHAMPION_SET).stream()
              .filter(r -> tenant.equals(KafkaProbe.header(r, "ce_tenant")))
              .map(r -> KafkaProbe.body(r, ChampionSet.class).generation())
              .distinct()
              .toList();
      // The topic is compacted: the base model's generation 0 may be gone.
      assertThat(generations)
          .isSubsetOf(IntStream.range(0, generations.size() + 1).mapToObj(Long::valueOf).toList())
          .isSorted()
          .endsWith(1L);
    }
  }

  /** I6 and I8: every digest of every manifest verifies, and no conversation is in two splits. */
  @Test
  @Order(6)
  void shouldKeepSealedFilesIntactAndSplitsDisjoint() {
    var batches = SealedBatchReader.of(whetstone);
    assertThat(batches.all()).hasSizeGreaterThanOrEqualTo(2);
    batches.all().forEach(batch -> assertThat(batch.brokenFiles()).isEmpty());
    assertThat(batches.conversationsInSeveralSplits()).isEmpty();
  }

  /** I7: after the faults there is no backlog. */
  @Test
  @Order(7)
  void shouldHaveNoBacklogAfterTheFaults() {
    ConsumerLag backlog = new ConsumerLag(whetstone);
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(
            () ->
                assertThat(backlog.lagByGroup())
                    .containsKeys(
                        "curation:" + TopicNames.FEEDBACK,
                        "curation:" + TopicNames.DECISIONS,
                        "training:" + TopicNames.BATCHES,
                        "training:" + TopicNames.DECISIONS,
                        "eval:" + TopicNames.CHECKPOINTS)
                    .allSatisfy((group, lag) -> assertThat(lag).as(group).isZero()));
    assertThat(WorkerProcesses.training(whetstone)).isEmpty();
    for (String tenant : List.of(CALM, FAULTY)) {
      var watch = new LoopProbe(whetstone.api(tenant), TestLoops.demo(tenant, whetstone).name());
      assertThat(watch.runs())
          .allMatch(run -> run.path("state").asText().equals("succeeded"))
          .hasSize(1);
    }
  }

  /** I6: training refuses a batch whose bytes do not match its manifest. */
  @Test
  @Order(9)
  void shouldRefuseABatchWhoseBytesChanged() throws Exception {
    LoopFile loop = TestLoops.demo(BROKEN, whetstone);
    whetstone.declare(loop);
    var watch = new LoopProbe(whetstone.api(BROKEN), loop.name());
    whetstone.stack().kill(StackComponent.TRAINING);
    SupportFeed feed = SupportFeed.of(BROKEN, new SupportDesk(7).feedbackQuestions(120), END_USERS);
    feed.sendTo(new ProductAppClient(whetstone.api(BROKEN), loop.name()));
    watch.awaitKnown(feed.size());
    watch.seal();

    Path rows = SealedBatchReader.await(whetstone, BROKEN).file("sft/train.jsonl");
    byte[] bytes = Files.readAllBytes(rows);
    bytes[bytes.length / 2] ^= 1;
    Files.write(rows, bytes);
    whetstone.stack().start(StackComponent.TRAINING);

    JsonNode run = watch.awaitEndedRun();
    assertThat(run.path("state").asText()).isEqualTo("failed");
    assertThat(run.path("reason").asText()).contains("sft/train.jsonl");
    assertThat(published(EventType.CHECKPOINT_READY, CheckpointReady.class))
        .extracting(CheckpointReady::runId)
        .doesNotContain(run.path("runId").asText());
  }

  /** A tenant sees nothing of another tenant, not even its existence. */
  @Test
  @Order(8)
  void shouldShowNothingToAnotherTenant() {
    String name = TestLoops.demo(CALM, whetstone).name();
    var stranger = whetstone.api("stranger");
    String path = "/v1/loops/" + name;
    assertThat(stranger.get(StackComponent.INGEST, path + "/status").status()).isEqualTo(404);
    for (String below : List.of("/status", "/advice", "/quarantine", "/batches", "/fates/counts")) {
      assertThat(stranger.get(StackComponent.CURATION, path + below).status())
          .as(below)
          .isEqualTo(404);
    }
    for (String below : List.of("", "/status", "/champion", "/decisions")) {
      assertThat(stranger.get(StackComponent.EVAL, path + below).status()).as(below).isEqualTo(404);
    }
    assertThat(stranger.get(StackComponent.TRAINING, path + "/runs").status()).isEqualTo(404);
    assertThat(
            new ProductAppClient(stranger, name)
                .send("interactions", ProductAppClient.interaction("r", "c", "u", "Q?", "A."))
                .status())
        .isEqualTo(404);
  }

  /**
   * A ring agrees on a false answer in the correct format: the abuse stage of curation keeps it
   * out.
   */
  @Test
  @Order(10)
  void shouldKeepARingsPoisonOutOfTheBatches() {
    LoopFile loop = TestLoops.demo(CALM, whetstone);
    var watch = new LoopProbe(whetstone.api(CALM), loop.name());
    SupportFeed ring = ring("ring", 21);

    ring.sendTo(new ProductAppClient(whetstone.api(CALM), loop.name()));

    Map<String, Long> fates = watch.awaitCurated(ring.correctionIds(), RING_CORRECTIONS / 50);
    assertThat(fates.keySet())
        .contains("quarantined")
        .isSubsetOf("quarantined", "rejected", "ready");
    assertThat(watch.decisions()).hasSize(1);
    assertThat(watch.champion().path("generation").asLong()).isEqualTo(1);
  }

  /**
   * Another ring with that stage off: its corrections get into a batch, and the gates reject the
   * model.
   */
  @Test
  @Order(11)
  void shouldRejectTheModelTrainedOnARingsPoison() {
    LoopFile loop = TestLoops.demo(CALM, whetstone);
    TestLoops.object(loop, "/spec/curation").putObject("abuse").put("enabled", false);
    whetstone.declare(loop);
    var watch = new LoopProbe(whetstone.api(CALM), loop.name());
    SupportFeed ring = ring("others", 22);

    ring.sendTo(new ProductAppClient(whetstone.api(CALM), loop.name()));

    JsonNode decision = watch.awaitDecisionAfter(1);
    assertThat(decision.path("verdict").asText()).isEqualTo("REJECT");
    assertThat(LoopProbe.list(decision.path("gates")))
        .filteredOn(gate -> gate.path("outcome").asText().equals("failed"))
        .extracting(gate -> gate.path("name").asText())
        .contains("RETAIN");
    assertThat(watch.fates(ring.correctionIds())).containsKey("used");
    assertThat(watch.champion().path("generation").asLong()).isEqualTo(1);
    assertThat(exactMatch(watch, new SupportDesk(11).unseenQuestions(UNSEEN)))
        .isGreaterThanOrEqualTo(0.85);
  }

  /** As after a power failure: all acknowledged data is present, and the champion is served. */
  @Test
  @Order(12)
  void shouldResumeAfterKillNineOfEverythingAtOnce() {
    Map<String, LoopProbe> watches =
        Stream.of(CALM, FAULTY)
            .collect(
                Collectors.toMap(
                    tenant -> tenant,
                    tenant ->
                        new LoopProbe(
                            whetstone.api(tenant), TestLoops.demo(tenant, whetstone).name())));
    Map<String, List<JsonNode>> before = championsAndFates(watches);
    whetstone.stack().startWatchdog();

    whetstone.stack().killEverything();
    whetstone.stack().start();

    assertThat(championsAndFates(watches)).isEqualTo(before);
    for (LoopProbe watch : watches.values()) {
      String champion = watch.champion().path("servedName").asText();
      await()
          .atMost(Duration.ofMinutes(2))
          .ignoreExceptions()
          .untilAsserted(() -> assertThat(server.models()).contains(champion));
    }
  }

  /**
   * From what the services exported: the trace of a feedback's request is linked to its batch, that
   * to the run, and the run's trace ends with the rollout.
   */
  @Test
  @Order(13)
  void shouldLinkAFeedbackToThePromotionThatItTookPartIn() {
    String loop = TestLoops.demo(CALM, whetstone).name();
    var watch = new LoopProbe(whetstone.api(CALM), loop);
    List<JsonNode> promoted = LoopProbe.list(watch.decisions().getLast().path("batchIds"));
    String key =
        IntStream.range(0, QUESTIONS)
            .mapToObj(i -> watch.fate(CALM + "-correction-" + i))
            .filter(
                fate ->
                    LoopProbe.list(fate.path("examples")).stream()
                        .anyMatch(example -> promoted.contains(example.path("batchId"))))
            .map(fate -> fate.path("eventKey").asText())
            .findFirst()
            .orElseThrow();
    new LoopTraceAssertions(COLLECTOR, whetstone, CALM, loop).assertLinked(key, watch);
  }

  /**
   * No address, no query and no text leaves a service in a span; requests that only read have none.
   */
  @Test
  @Order(14)
  void shouldExportOnlyTheSpansAndAttributesThatAreDocumented() {
    LoopTraceAssertions.assertOnlyDocumented(COLLECTOR);
  }

  @AfterAll
  static void stopTheCollector() {
    COLLECTOR.close();
  }

  /** Champion and fates per tenant. */
  private static Map<String, List<JsonNode>> championsAndFates(Map<String, LoopProbe> watches) {
    return watches.entrySet().stream()
        .collect(
            Collectors.toMap(
                Map.Entry::getKey,
                watch -> List.of(watch.getValue().champion(), watch.getValue().fates())));
  }

  private static SupportFeed ring(String name, long seed) {
    List<Question> questions = new SupportDesk(seed).poisonedQuestions(RING_CORRECTIONS);
    return SupportFeed.of(CALM + "-" + name, questions, RING_USERS).correctionsOnly();
  }

  private double exactMatch(LoopProbe watch, List<Question> questions) {
    String model = watch.champion().path("servedName").asText();
    List<String> answers = server.answers(model, questions.stream().map(Question::text).toList());
    long right =
        IntStream.range(0, questions.size())
            .filter(i -> Objects.equals(answers.get(i), questions.get(i).newAnswer()))
            .count();
    return (double) right / questions.size();
  }

  private static <T> List<T> published(EventType type, Class<T> as) {
    return records(type).stream().map(r -> KafkaProbe.body(r, as)).toList();
  }

  private static List<org.apache.kafka.clients.consumer.ConsumerRecord<String, byte[]>> records(
      EventType type) {
    try (KafkaProbe probe = whetstone.kafka()) {
      return probe.all(type.topic(), type.wireName());
    }
  }
}
