package dev.whetstone.curation.cut;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.envelope.Event;
import dev.whetstone.contracts.event.InteractionRecorded;
import dev.whetstone.curation.EventFeed;
import dev.whetstone.curation.TestClock;
import dev.whetstone.curation.TestEvents;
import dev.whetstone.curation.TestTexts;
import dev.whetstone.curation.batch.Batch;
import dev.whetstone.curation.batch.BatchRepository;
import dev.whetstone.curation.batch.SealRequestRepository;
import dev.whetstone.curation.chain.CutChain;
import dev.whetstone.curation.example.CutExampleRepository;
import dev.whetstone.curation.example.ExampleRepository;
import dev.whetstone.curation.finding.FindingRepository;
import dev.whetstone.curation.join.InteractionRepository;
import dev.whetstone.curation.reconcile.CurationReconciler;
import dev.whetstone.kit.event.EventFactory;
import dev.whetstone.kit.loop.DeclaredLoop;
import dev.whetstone.kit.loop.DeclaredLoopRepository;
import dev.whetstone.kit.outbox.Outbox;
import dev.whetstone.kit.sql.Sql;
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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
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

  /**
   * Another instance's cutter.
   *
   * @param beforeItReads runs once it has seen that nothing is being sealed
   * @param beforeItCommits runs once it has read what it decides about
   */
  private CutDriver cutter(Runnable beforeItReads, Runnable beforeItCommits) {
    var looks = new AtomicInteger();
    var hookedBatches =
        new BatchRepository(events, outbox) {
          @Override
          public List<Batch> all(LoopId loop) {
            // It asks once to see whether a batch is due, and once to decide.
            if (looks.incrementAndGet() == 2) {
              beforeItReads.run();
            }
            return super.all(loop);
          }
        };
    var hookedInteractions =
        new InteractionRepository(sql) {
          @Override
          public <T> List<T> newest(LoopId loop, int limit, Function<InteractionRecorded, T> part) {
            beforeItCommits.run();
            return super.newest(loop, limit, part);
          }
        };
    var situations =
        new CutSnapshotReader(
            hookedBatches, examples, pools, hookedInteractions, findings, admissions);
    return new CutDriver(
        chain, features, hookedBatches, pools, situations, requests, commit, obstacles, clock);
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
