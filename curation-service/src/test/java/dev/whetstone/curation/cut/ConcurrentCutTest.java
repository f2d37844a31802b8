package dev.whetstone.curation.cut;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.envelope.Event;
import dev.whetstone.curation.EventFeed;
import dev.whetstone.curation.TestClock;
import dev.whetstone.curation.TestEvents;
import dev.whetstone.curation.TestTexts;
import dev.whetstone.curation.batch.Batch;
import dev.whetstone.curation.batch.BatchRepository;
import dev.whetstone.curation.batch.SealRequestRepository;
import dev.whetstone.curation.chain.CutChain;
import dev.whetstone.curation.count.LoopCountRepository;
import dev.whetstone.curation.example.CutExampleRepository;
import dev.whetstone.curation.example.ExampleRepository;
import dev.whetstone.curation.example.ExampleState;
import dev.whetstone.curation.example.ReadyPoolRepository;
import dev.whetstone.curation.example.StoredExample;
import dev.whetstone.curation.finding.FindingRepository;
import dev.whetstone.curation.join.InteractionRepository;
import dev.whetstone.curation.operations.SealBlockers;
import dev.whetstone.curation.reconcile.CurationReconciler;
import dev.whetstone.kit.event.EventFactory;
import dev.whetstone.kit.json.Json;
import dev.whetstone.kit.loop.DeclaredLoop;
import dev.whetstone.kit.loop.DeclaredLoopRepository;
import dev.whetstone.kit.outbox.Outbox;
import dev.whetstone.kit.sql.Sql;
import dev.whetstone.kit.store.file.FileScheme;
import dev.whetstone.kit.time.MutableClock;
import dev.whetstone.testing.InfrastructureResource;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/** Two instances cut one loop, and the slower of them has not read the other's batch. */
@QuarkusTest
@WithTestResource(InfrastructureResource.class)
class ConcurrentCutTest {
  private static final Instant AT = TestClock.START;

  @Inject EventFeed feed;
  @Inject CurationReconciler reconciler;
  @Inject CutDriver cutter;
  @Inject BatchSealer sealer;
  @Inject DeclaredLoopRepository loops;
  @Inject BatchRepository batches;
  @Inject ExampleRepository examples;
  @Inject CutExampleRepository pools;
  @Inject ReadyPoolRepository ready;
  @Inject SealOutlookReader outlooks;
  @Inject LoopCountRepository counts;
  @Inject CutLimits limits;
  @Inject FindingRepository findings;
  @Inject AdmissionCountReader admissions;
  @Inject SealRequestRepository requests;
  @Inject CutCommitter commit;
  @Inject CutChain chain;
  @Inject CutFeatureStore features;
  @Inject SealBlockers obstacles;
  @Inject EventFactory events;
  @Inject Outbox outbox;
  @Inject Sql sql;
  @Inject MutableClock clock;

  @Test
  void shouldNotCutWhatAnotherInstanceOvertook(TestInfo test) {
    clock.set(AT.plusSeconds(3600));
    var send = TestEvents.of(test);
    feed.declare(send.declared(""));
    feed.take(corrections(send, 0));
    DeclaredLoop loop = loops.current(send.loop()).orElseThrow();
    var slow =
        cutter(
            () -> {
              assertThat(cutter.cutIfDue(loop)).isTrue();
              feed.take(corrections(send, 60));
            },
            // On a thread of its own: this one has a transaction, and objects are not written in
            // one.
            () ->
                assertThat(CompletableFuture.supplyAsync(() -> sealer.sealOpenCut(loop)).join())
                    .isTrue());

    assertThat(slow.cutIfDue(loop)).isFalse();

    clock.advance(Duration.ofSeconds(10));
    reconciler.reconcile();
    List<Batch> sealed = QuarkusTransaction.requiringNew().call(() -> batches.all(send.loop()));
    assertThat(sealed).extracting(Batch::sequence).containsExactly(1L, 2L);
  }

  /** Under constant traffic some row changes during every cut; the others are cut all the same. */
  @Test
  void shouldCutTheRowsThatHaveNotChanged(TestInfo test) {
    clock.set(AT.plusSeconds(3600));
    var send = TestEvents.of(test);
    feed.declare(send.declared(""));
    feed.take(corrections(send, 0));
    DeclaredLoop loop = loops.current(send.loop()).orElseThrow();
    Event<?> changed =
        send.correction("again", "r3", "user3", AT.plusSeconds(900), TestTexts.goodAnswer(99));

    assertThat(cutter(() -> {}, () -> feedApart(changed)).cutIfDue(loop)).isTrue();

    assertThat(sealer.sealOpenCut(loop)).isTrue();
    assertThat(examples.in(send.loop(), ExampleState.USED))
        .hasSize(2 * 59)
        .noneMatch(one -> one.origin().equals("response:r3"));
    assertThat(examples.in(send.loop(), ExampleState.READY))
        .hasSize(2)
        .allMatch(one -> one.origin().equals("response:r3"));
    assertThat(batch(send).funnel())
        .containsEntry("changed-meanwhile", 2)
        .containsEntry("kept", 118);
  }

  private void feedApart(Event<?> event) {
    CompletableFuture.runAsync(() -> feed.take(event)).join();
  }

  private Batch batch(TestEvents send) {
    return QuarkusTransaction.requiringNew().call(() -> batches.newest(send.loop())).orElseThrow();
  }

  /** What does not fit one cut waits for the next; each part is a batch of its own. */
  @Test
  void shouldCutTheOldestExamplesThatFit(TestInfo test) {
    clock.set(AT.plusSeconds(3600));
    var send = TestEvents.of(test);
    feed.declare(send.declared("", 1, file -> file.replace("minExamples: 10", "minExamples: 30")));
    feed.take(corrections(send, 0));
    DeclaredLoop loop = loops.current(send.loop()).orElseThrow();
    CutDriver small = cutter(() -> {}, () -> {}, new Limits(50, 1 << 20));

    assertThat(small.cutIfDue(loop)).isTrue();
    assertThat(sealer.sealOpenCut(loop)).isTrue();

    var used = examples.in(send.loop(), ExampleState.USED);
    var left = examples.in(send.loop(), ExampleState.READY);
    assertThat(used).hasSize(50);
    assertThat(left).hasSize(70);
    assertThat(used.stream().map(StoredExample::receivedAt).max(Instant::compareTo).orElseThrow())
        .isBeforeOrEqualTo(
            left.stream().map(StoredExample::receivedAt).min(Instant::compareTo).orElseThrow());
  }

  @Test
  void shouldReadNoMoreTextThanTheLimitAllows(TestInfo test) {
    var send = TestEvents.of(test);
    feed.declare(send.declared(""));
    feed.take(corrections(send, 0));
    DeclaredLoop loop = loops.current(send.loop()).orElseThrow();
    long all = text(reader(() -> {}, () -> {}, new Limits(1_000, 1 << 20)), loop);

    long some = text(reader(() -> {}, () -> {}, new Limits(1_000, 20_000)), loop);

    assertThat(all).isGreaterThan(40_000);
    assertThat(some).isBetween(15_000L, 20_000L);
  }

  private long text(CutSnapshotReader reader, DeclaredLoop loop) {
    CutSnapshot read = QuarkusTransaction.requiringNew().call(() -> reader.read(loop, false));
    return read.ready().stream().mapToLong(one -> Json.text(one.example()).length()).sum();
  }

  private record Limits(int maxExamples, long maxBytes) implements CutLimits {
    @Override
    public long earlierBytes() {
      return 1 << 20;
    }

    @Override
    public long quarantinedBytes() {
      return 1 << 20;
    }

    @Override
    public long promptCharacters() {
      return 1 << 20;
    }

    @Override
    public int workers() {
      return 2;
    }
  }

  private CutDriver cutter(Runnable beforeItReads, Runnable beforeItCommits) {
    return cutter(beforeItReads, beforeItCommits, limits);
  }

  /**
   * Another instance's cutter.
   *
   * @param beforeItReads runs once it has seen that nothing is being sealed
   * @param beforeItCommits runs once it has read what it decides about
   */
  private CutDriver cutter(Runnable beforeItReads, Runnable beforeItCommits, CutLimits within) {
    return new CutDriver(
        chain,
        features,
        outlooks,
        reader(beforeItReads, beforeItCommits, within),
        requests,
        commit,
        obstacles,
        FileScheme.resolver(),
        clock);
  }

  private CutSnapshotReader reader(
      Runnable beforeItReads, Runnable beforeItCommits, CutLimits within) {
    var hookedBatches =
        new BatchRepository(events, outbox) {
          @Override
          public Optional<Batch> newest(LoopId loop) {
            beforeItReads.run();
            return super.newest(loop);
          }
        };
    var hookedInteractions =
        new InteractionRepository(sql) {
          @Override
          public List<String> newestPrompts(LoopId loop, int limit, long characters) {
            beforeItCommits.run();
            return super.newestPrompts(loop, limit, characters);
          }
        };
    return new CutSnapshotReader(
        hookedBatches,
        ready,
        pools,
        hookedInteractions,
        findings,
        admissions,
        counts,
        within,
        clock);
  }

  private static List<Event<?>> corrections(TestEvents send, int from) {
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
}
