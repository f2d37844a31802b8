package dev.whetstone.curation.cut;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.curation.EventFeed;
import dev.whetstone.curation.TestClock;
import dev.whetstone.curation.TestEvents;
import dev.whetstone.curation.TestTexts;
import dev.whetstone.curation.agenda.LoopAgendaRepository;
import dev.whetstone.curation.agenda.LoopAgendaRepository.DueLoop;
import dev.whetstone.curation.count.LoopCountRepository;
import dev.whetstone.curation.example.ExampleState;
import dev.whetstone.curation.example.ReadyPoolRepository;
import dev.whetstone.curation.reconcile.CurationReconciler;
import dev.whetstone.curation.seal.SealReadiness;
import dev.whetstone.kit.loop.DeclaredLoop;
import dev.whetstone.kit.loop.DeclaredLoopRepository;
import dev.whetstone.kit.sql.Sql;
import dev.whetstone.kit.time.MutableClock;
import dev.whetstone.testing.InfrastructureResource;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/** Tens of thousands of examples that wait cost nothing until a cut is made. */
@QuarkusTest
@WithTestResource(InfrastructureResource.class)
class IdleLoopTest {
  private static final Instant AT = TestClock.START;
  private static final int READY = 30_000;

  @Inject EventFeed feed;
  @Inject CurationReconciler reconciler;
  @Inject SealOutlookReader outlooks;
  @Inject CutSnapshotReader snapshots;
  @Inject CutLimits limits;
  @Inject ReadyPoolRepository pools;
  @Inject LoopAgendaRepository agenda;
  @Inject DeclaredLoopRepository loops;
  @Inject LoopCountRepository counts;
  @Inject Sql sql;
  @Inject MutableClock clock;

  @Test
  void shouldReadNothingOfWhatWaitsUntilACutIsMade(TestInfo test) {
    clock.set(AT.plusSeconds(3600));
    var send = TestEvents.of(test);
    feed.declare(
        send.declared("", 1, file -> file.replace("minExamples: 10", "minExamples: 100000")));
    feed.take(
        send.interaction("r1", "c1", "u1", AT, TestTexts.question(1), TestTexts.badAnswer(1)),
        send.correction("f1", "r1", "u1", AT, TestTexts.goodAnswer(1)));
    fill(send);
    DeclaredLoop loop = loops.current(send.loop()).orElseThrow();

    SealReadiness[] seen = new SealReadiness[1];
    long read = rowsRead(() -> seen[0] = outlooks.ready(loop));

    assertThat(seen[0].train() + seen[0].test() + seen[0].validation()).isGreaterThan(READY);
    System.out.println("example rows read to know whether a seal is due: " + read + " of " + READY);
    assertThat(read).isLessThan(2_100);
    CutSnapshot cut = QuarkusTransaction.requiringNew().call(() -> snapshots.read(loop, false));
    assertThat(cut.ready()).hasSize(limits.maxExamples());
    assertThat(cut.complete()).isFalse();
  }

  @Test
  void shouldNotLookAtALoopWithoutNews(TestInfo test) {
    clock.set(AT.plusSeconds(3600));
    var send = TestEvents.of(test);
    feed.declare(
        send.declared("", 1, file -> file.replace("minExamples: 10", "minExamples: 100000")));
    for (int i = 0; i < 20; i++) {
      feed.take(
          send.interaction(
              "r" + i, "c" + i, "u" + i, AT, TestTexts.question(i), TestTexts.badAnswer(i)),
          send.correction("f" + i, "r" + i, "u" + i, AT, TestTexts.goodAnswer(i)));
    }
    assertThat(due(send)).isTrue();
    reconciler.reconcile();
    clock.advance(Duration.ofSeconds(11));
    reconciler.reconcile();
    reconciler.reconcile();

    for (int hour = 0; hour < 24; hour++) {
      clock.advance(Duration.ofHours(1));
      assertThat(due(send)).as("due after %d idle hours", hour + 1).isFalse();
    }
    feed.take(send.thumb("t1", "r1", "u1", AT.plusSeconds(1), true));
    reconciler.reconcile();
    clock.advance(Duration.ofDays(6));
    assertThat(due(send)).as("the oldest example is as old as maxAge").isTrue();
  }

  private boolean due(TestEvents send) {
    fold();
    return agenda.due(clock.instant(), 10_000).stream()
        .map(DueLoop::loop)
        .anyMatch(send.loop()::equals);
  }

  private void fold() {
    boolean more;
    do {
      more = QuarkusTransaction.requiringNew().call(counts::fold);
    } while (more);
  }

  @AfterEach
  void dropTheCopies() {
    QuarkusTransaction.requiringNew()
        .run(
            () ->
                sql.update(
                    "delete from example where loop like 'shouldreadnothing%' and row_id like '%_'"
                        + " and length(row_id) > 64"));
  }

  /** Copies of one example under other row ids. */
  private void fill(TestEvents send) {
    QuarkusTransaction.requiringNew()
        .run(
            () ->
                sql.update(
                    """
                    insert into example (row_id, tenant, loop, example_id, origin, form, split, conversation_key,
                      received_at, formed_at, state, deadline, score, tags, body, steps, facts)
                    select row_id || n, tenant, loop, example_id, origin || n, form, split, conversation_key,
                      received_at + n * interval '1 millisecond', formed_at, state, deadline, score, tags, body,
                      steps, facts
                    from example, generate_series(1, ?) as n where tenant = ? and loop = ? and form = 'sft'
                    """,
                    READY,
                    send.loop().tenant(),
                    send.loop().loop()));
    assertThat(pools.counts(send.loop(), AT, java.util.List.of(), ExampleState.READY).total())
        .isEqualTo(READY + 2);
  }

  /** Rows of the table of examples and of its indexes that a transaction reads. */
  private long rowsRead(Runnable work) {
    return QuarkusTransaction.requiringNew()
        .call(
            () -> {
              long before = rowsRead();
              work.run();
              return rowsRead() - before;
            });
  }

  private long rowsRead() {
    return sql.query(
            """
            select pg_stat_get_xact_tuples_returned('example'::regclass) + coalesce(sum(
              pg_stat_get_xact_tuples_returned(indexrelid)), 0) as n
            from pg_index where indrelid = 'example'::regclass
            """,
            row -> row.getLong("n"))
        .getFirst();
  }
}
