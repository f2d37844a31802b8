package dev.whetstone.curation.shell;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.event.Event;
import dev.whetstone.contracts.event.InteractionRecorded;
import dev.whetstone.curation.batch.Batch;
import dev.whetstone.curation.batch.Batches;
import dev.whetstone.curation.cut.Admissions;
import dev.whetstone.curation.cut.Commit;
import dev.whetstone.curation.cut.Cutter;
import dev.whetstone.curation.cut.Findings;
import dev.whetstone.curation.cut.Obstacles;
import dev.whetstone.curation.cut.SealRequests;
import dev.whetstone.curation.cut.Sealer;
import dev.whetstone.curation.cut.Situations;
import dev.whetstone.curation.example.CutExamples;
import dev.whetstone.curation.example.Examples;
import dev.whetstone.curation.join.Interactions;
import dev.whetstone.curation.reconcile.Reconciler;
import dev.whetstone.kit.event.Events;
import dev.whetstone.kit.loop.DeclaredLoop;
import dev.whetstone.kit.loop.DeclaredLoops;
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
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/** Two instances cut one loop, and the slower of them knows nothing of the other's batch. */
@QuarkusTest
@WithTestResource(InfrastructureResource.class)
class OvertakenCutTest {
  private static final Instant AT = TestClock.START;

  @Inject Feed feed;
  @Inject Reconciler reconciler;
  @Inject Cutter cutter;
  @Inject Sealer sealer;
  @Inject DeclaredLoops loops;
  @Inject Batches batches;
  @Inject Examples examples;
  @Inject CutExamples pools;
  @Inject Findings findings;
  @Inject Admissions admissions;
  @Inject SealRequests requests;
  @Inject Commit commit;
  @Inject Obstacles obstacles;
  @Inject Events events;
  @Inject Outbox outbox;
  @Inject Sql sql;
  @Inject MutableClock clock;

  @Test
  void shouldNotCutWhatAnotherInstanceOvertook(TestInfo test) {
    clock.set(AT.plusSeconds(3600));
    var send = Senders.of(test);
    feed.declare(send.declared(""));
    feed.take(corrections(send, 0));
    DeclaredLoop loop = loops.current(send.loop()).orElseThrow();
    var slow =
        cutter(
            () -> {
              assertThat(cutter.cutIfDue(loop)).isTrue();
              feed.take(corrections(send, 60));
            },
            () -> assertThat(sealer.sealOpenCut(loop)).isTrue());

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
  private Cutter cutter(Runnable beforeItReads, Runnable beforeItCommits) {
    var looks = new AtomicInteger();
    var hookedBatches =
        new Batches(events, outbox) {
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
        new Interactions(sql) {
          @Override
          public <T> List<T> newest(LoopId loop, int limit, Function<InteractionRecorded, T> part) {
            beforeItCommits.run();
            return super.newest(loop, limit, part);
          }
        };
    var situations =
        new Situations(hookedBatches, examples, pools, hookedInteractions, findings, admissions);
    return new Cutter(hookedBatches, pools, situations, requests, commit, obstacles, clock);
  }

  private static List<Event<?>> corrections(Senders send, int from) {
    List<Event<?>> events = new ArrayList<>();
    for (int i = from; i < from + 60; i++) {
      Instant then = AT.plusSeconds(i);
      String user = "user" + i;
      events.add(
          send.interaction("r" + i, "c" + i, user, then, Texts.question(i), Texts.badAnswer(i)));
      events.add(send.correction("f" + i, "r" + i, user, then, Texts.goodAnswer(i)));
    }
    return events;
  }
}
