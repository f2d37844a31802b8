package dev.whetstone.curation.cut;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.whetstone.contracts.batch.BatchTrigger;
import dev.whetstone.contracts.batch.Split;
import dev.whetstone.contracts.envelope.Event;
import dev.whetstone.curation.EventFeed;
import dev.whetstone.curation.FaultyObjectStore;
import dev.whetstone.curation.TestClock;
import dev.whetstone.curation.TestEvents;
import dev.whetstone.curation.TestTexts;
import dev.whetstone.curation.batch.Batch;
import dev.whetstone.curation.batch.BatchRepository;
import dev.whetstone.curation.example.CutExampleRepository;
import dev.whetstone.curation.example.CutExampleRepository.SealedExample;
import dev.whetstone.curation.example.CutExampleRepository.SealedExamples;
import dev.whetstone.curation.example.ExampleRepository;
import dev.whetstone.curation.example.ExampleState;
import dev.whetstone.curation.fate.Fate;
import dev.whetstone.curation.fate.ReceiptRepository;
import dev.whetstone.curation.intake.FeedbackIntake;
import dev.whetstone.curation.reconcile.CurationReconciler;
import dev.whetstone.kit.loop.DeclaredLoop;
import dev.whetstone.kit.loop.DeclaredLoopRepository;
import dev.whetstone.kit.sql.Sql;
import dev.whetstone.kit.time.MutableClock;
import dev.whetstone.testing.InfrastructureResource;
import dev.whetstone.testing.TestKeys;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.hamcrest.Matchers;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** When a cut is made, and what makes it wait. */
@QuarkusTest
@WithTestResource(InfrastructureResource.class)
class CutTimingTest {
  private static final Instant AT = TestClock.START;

  @Inject EventFeed feed;
  @Inject FeedbackIntake intake;
  @Inject CurationReconciler reconciler;
  @Inject CutDriver cutter;
  @Inject BatchSealer sealer;
  @Inject BatchRepository batches;
  @Inject ExampleRepository examples;
  @Inject CutExampleRepository pools;
  @Inject ReceiptRepository receipts;
  @Inject DeclaredLoopRepository loops;
  @Inject FaultyObjectStore store;
  @Inject Sql sql;
  @Inject MutableClock clock;
  private TestEvents send;

  @BeforeEach
  void nameALoop(TestInfo test) {
    clock.set(AT.plusSeconds(3600));
    send = TestEvents.of(test);
  }

  @AfterEach
  void heal() {
    store.heal();
  }

  /** Reviewing a quiet loop must not prevent sealing by age later. */
  @Test
  void shouldSealAQuietLoopByAge() {
    feed.declare(send.declared("", 1, file -> file.replace("minExamples: 10", "minExamples: 500")));
    feed.take(corrections());
    clock.advance(Duration.ofMinutes(1));
    reconciler.reconcile();
    assertThat(sealed()).isEmpty();

    clock.advance(Duration.ofDays(7));
    reconciler.reconcile();

    assertThat(sealed()).extracting(Batch::trigger).containsExactly(BatchTrigger.AGE);
  }

  /** Every review reads all sealed examples in use. */
  @Test
  void shouldReviewAQuietLoopAgainWhenItGrewOrAfterAMinute() {
    feed.declare(send.declared("", 1, file -> file.replace("minExamples: 10", "minExamples: 500")));
    feed.take(corrections());
    feed.take(copy(1, "copy1"));
    assertThat(fateAfterAQuietWhile("copy1")).isEqualTo(Fate.REJECTED);

    feed.take(copy(2, "copy2"));
    assertThat(fateAfterAQuietWhile("copy2")).isEqualTo(Fate.READY);
    clock.advance(Duration.ofMinutes(1));
    assertThat(fateAfterAQuietWhile("copy2")).isEqualTo(Fate.REJECTED);

    feed.take(corrections(60));
    feed.take(copy(3, "copy3"));
    assertThat(fateAfterAQuietWhile("copy3")).isEqualTo(Fate.REJECTED);
  }

  private Fate fateAfterAQuietWhile(String id) {
    clock.advance(Duration.ofSeconds(11));
    reconciler.reconcile();
    return receipts.byId(send.loop(), id).getFirst().standing().fate();
  }

  /** The words of a correction again, from another end user in another conversation. */
  private List<Event<?>> copy(int i, String id) {
    String question = TestTexts.question(i);
    return List.of(
        send.interaction("r-" + id, "c" + i, id, AT, question, TestTexts.badAnswer(i)),
        send.correction(id, "r-" + id, id, AT.plusSeconds(900), TestTexts.goodAnswer(i)));
  }

  /** Memory must not grow with the number of sealed batches. */
  @Test
  void shouldReadAsManySealedTrainExamplesAsARunTrainsOn() {
    feed.declare(send.declared(""));
    feed.take(corrections());
    reconciler.reconcile();
    List<SealedExample> all = inPendingBatches(1_000, 1 << 20).examples();

    List<SealedExample> some = inPendingBatches(5, 1 << 20).examples();

    assertThat(some).hasSizeLessThan(all.size()).allMatch(all::contains);
    assertThat(some).filteredOn(CutTimingTest::trainedOn).hasSize(5);
    assertThat(some)
        .filteredOn(one -> !trainedOn(one))
        .hasSize((int) all.stream().filter(one -> !trainedOn(one)).count());
  }

  /** Held-out examples come first, because new ones must not overlap with them. */
  @Test
  void shouldReadSealedExamplesWithinTheirBudgetAndCountTheHeldOutOnesLeftOut() {
    feed.declare(send.declared(""));
    feed.take(corrections());
    reconciler.reconcile();
    SealedExamples all = inPendingBatches(1_000, 1 << 20);
    long heldOut = all.examples().stream().filter(one -> !trainedOn(one)).count();

    SealedExamples some = inPendingBatches(1_000, 10_000);

    assertThat(all.left()).isZero();
    assertThat(some.examples()).isNotEmpty().noneMatch(CutTimingTest::trainedOn);
    assertThat(some.examples().size() + some.left()).isEqualTo((int) heldOut);
  }

  private SealedExamples inPendingBatches(int mostTrain, long characters) {
    return QuarkusTransaction.requiringNew()
        .call(() -> pools.inBatches(send.loop(), "pending", mostTrain, characters));
  }

  private static boolean trainedOn(SealedExample sealed) {
    return sealed.example().provenance().split() == Split.TRAIN;
  }

  @Test
  void shouldSealOnceTomorrowsBudgetAllows() {
    feed.declare(
        send.declared(
            "",
            1,
            file -> file.replace("  curation:\n", "  budgets: {maxRunsPerDay: 1}\n  curation:\n")));
    feed.take(corrections());
    reconciler.reconcile();
    assertThat(sealed()).hasSize(1);
    feed.take(corrections(60));
    clock.advance(Duration.ofMinutes(1));
    reconciler.reconcile();
    assertThat(sealed()).hasSize(1);

    clock.advance(Duration.ofDays(1));
    reconciler.reconcile();

    assertThat(sealed()).hasSize(2);
  }

  @Test
  void shouldNameAnUnreadableSuiteAndSealOnceItIsRepaired(@TempDir Path directory)
      throws IOException {
    Path suite = directory.resolve("golden.jsonl");
    Files.writeString(suite, "");
    feed.declare(
        send.declared(
            "",
            1,
            file ->
                file.replace(
                    "    gates:\n",
                    "    suites: [{name: golden, role: RETAIN, uri: \"%s\"}]\n    gates:\n"
                        .formatted(suite.toUri()))));
    Files.delete(suite);
    feed.take(corrections());
    reconciler.reconcile();
    assertThat(sealed()).isEmpty();
    status()
        .body("conditions[1].status", Matchers.equalTo("False"))
        .body("conditions[1].message", Matchers.containsString(suite.toString()));

    Files.writeString(suite, "");
    clock.advance(Duration.ofSeconds(10));
    reconciler.reconcile();

    assertThat(sealed()).hasSize(1);
    status().body("conditions[1].status", Matchers.equalTo("True"));
  }

  /** Examples erased while the chain runs must not be cut. */
  @Test
  void shouldNotCutWhatIsErasedBetweenReadAndCommit() throws Exception {
    DeclaredLoop loop = declare();
    feed.take(corrections());
    var erasing = new CountDownLatch(1);
    var cutWaits = new CountDownLatch(1);
    Thread erasure = Thread.ofVirtual().start(() -> erase("user3", erasing, cutWaits));
    erasing.await();
    var cut = new java.util.concurrent.FutureTask<>(() -> cutter.cutIfDue(loop));
    Thread.ofVirtual().start(cut);
    await().atMost(Duration.ofSeconds(30)).until(this::aTransactionWaitsForTheErasure);
    cutWaits.countDown();
    erasure.join();

    assertThat(cut.get()).isFalse();
    assertThat(examples.in(loop.id(), ExampleState.CUT)).isEmpty();
    reconciler.reconcile();
    assertThat(sealed()).hasSize(1).noneMatch(Batch::tainted);
    assertThat(examples.in(loop.id(), ExampleState.USED))
        .isNotEmpty()
        .noneMatch(one -> one.origin().equals("response:r3"));
  }

  @Test
  void shouldNotSealWhatIsErasedBetweenCutAndSeal() {
    DeclaredLoop loop = declare();
    feed.take(corrections());
    store.failAfter(0);
    reconciler.reconcile();
    feed.take(erasure("user3"));
    store.heal();

    assertThat(sealer.sealOpenCut(loop)).isFalse();
    assertThat(cutter.cutIfDue(loop)).isFalse();

    assertThat(sealed()).isEmpty();
    reconciler.reconcile();
    clock.advance(Duration.ofSeconds(10));
    reconciler.reconcile();
    assertThat(sealed()).hasSize(1).noneMatch(Batch::tainted);
  }

  private DeclaredLoop declare() {
    feed.declare(send.declared(""));
    return loops.current(send.loop()).orElseThrow();
  }

  private Event<?> erasure(String endUser) {
    return send.erasure("era-" + send.loop().loop(), endUser, null, AT.plusSeconds(3600));
  }

  private void erase(String endUser, CountDownLatch erasing, CountDownLatch cutWaits) {
    QuarkusTransaction.requiringNew()
        .run(
            () -> {
              intake.apply(List.of(EventFeed.received(erasure(endUser))));
              erasing.countDown();
              try {
                cutWaits.await();
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
            });
  }

  private boolean aTransactionWaitsForTheErasure() {
    return !sql.query(
            "select 1 from pg_locks where locktype = 'advisory' and not granted", row -> 1)
        .isEmpty();
  }

  private io.restassured.response.ValidatableResponse status() {
    return RestAssured.given()
        .header("Authorization", TestKeys.ACME.bearer())
        .get("/v1/loops/" + send.loop().loop() + "/status")
        .then()
        .statusCode(200);
  }

  private List<Event<?>> corrections() {
    return corrections(0);
  }

  private List<Event<?>> corrections(int from) {
    List<Event<?>> events = new ArrayList<>();
    for (int i = from; i < from + 60; i++) {
      Instant then = AT.plusSeconds(i);
      String user = "user" + i;
      events.add(
          send.interaction(
              "r" + i, "c" + i, user, then, TestTexts.question(i), TestTexts.badAnswer(i)));
      events.add(send.correction("f" + i, "r" + i, user, then, TestTexts.goodAnswer(i)));
    }
    return events;
  }

  private List<Batch> sealed() {
    return QuarkusTransaction.requiringNew().call(() -> batches.all(send.loop()));
  }
}
