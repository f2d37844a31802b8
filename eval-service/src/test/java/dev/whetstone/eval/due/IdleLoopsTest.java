package dev.whetstone.eval.due;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.decision.Verdict;
import dev.whetstone.eval.fixture.FakeModelServer;
import dev.whetstone.eval.fixture.LoopFixture;
import dev.whetstone.kit.sql.Sql;
import dev.whetstone.kit.store.ObjectStore;
import dev.whetstone.testing.InfrastructureResource;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Loops without news cost nothing, and loops with news take turns. */
@QuarkusTest
@WithTestResource(InfrastructureResource.class)
class IdleLoopsTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(60);
  private static final int LOOPS = 200;
  @Inject ObjectStore store;
  @Inject Sql sql;
  @Inject Clock clock;
  @Inject DueLoopRepository due;
  FakeModelServer server;

  @BeforeEach
  void start() {
    server = new FakeModelServer().base(q -> q.startsWith("new") ? "wrong" : LoopFixture.right(q));
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void shouldSpendNoStatementOnAnIdleLoopAndListTheModelsOfASharedServerOnce()
      throws InterruptedException {
    awaitIdle();
    double before = transactionsPerSecond();
    for (int i = 0; i < LOOPS; i++) {
      new LoopFixture("idle-" + i, store, server).declared();
    }
    awaitIdle();
    await().atMost(TIMEOUT).until(() -> observed() == LOOPS);
    long lists = server.modelLists();
    Instant from = clock.instant();

    double after = transactionsPerSecond();

    double passes = Duration.between(from, clock.instant()).toMillis() / 1000.0;
    System.out.printf(
        "transactions/s: %.1f without, %.1f with %d idle loops; model lists: %d in %.1f s%n",
        before, after, LOOPS, server.modelLists() - lists, passes);
    assertThat(after - before).isLessThan(0.05 * LOOPS);
    // One list each second, the tests' interval, for all loops together.
    assertThat(server.modelLists() - lists).isBetween(1L, (long) passes + 2);

    LoopFixture scene =
        new LoopFixture("idle-7", store, server)
            .suite("RETAIN", "golden", 150, false)
            .suite("FORGET", "skills", 60, false)
            .declared();
    scene.checkpoint(LoopFixture::right, scene.batch("new", 60));
    assertThat(scene.decision().verdict()).isEqualTo(Verdict.PROMOTE);
  }

  @Test
  void shouldLetTenantsTakeTurnsAndLimitEach() {
    WorkKind kind = WorkKind.ROLLOUT;
    Instant past = clock.instant().minus(Duration.ofDays(1));
    List<String> turns;
    QuarkusTransaction.begin();
    try {
      for (int i = 0; i < 9; i++) {
        insert("crowd", "loop-" + i, kind, past);
      }
      insert("single", "loop", kind, past.plusSeconds(60));
      lease("rollout crowd/loop-0");
      turns =
          due.due(kind, 4, 100).stream()
              .map(DueLoop::loop)
              .filter(loop -> !loop.tenant().equals("acme"))
              .map(LoopId::key)
              .toList();
    } finally {
      // The service sees none of these rows.
      QuarkusTransaction.rollback();
    }

    assertThat(turns)
        .containsExactly("single/loop", "crowd/loop-1", "crowd/loop-2", "crowd/loop-3");
  }

  @Test
  void shouldKeepALoopDueThatWasWokenDuringItsWork() {
    LoopId loop = new LoopId("acme", "woken");
    QuarkusTransaction.requiringNew()
        .run(
            () ->
                sql.update(
                    "insert into loop_due (tenant, loop, kind, due_at, version)"
                        + " values ('acme', 'woken', 'evaluation', null, 5)"));
    DueLoop read = new DueLoop(loop, WorkKind.EVALUATION, 5);
    QuarkusTransaction.requiringNew().run(() -> due.wake(loop, WorkKind.EVALUATION));

    due.settle(read, Optional.of(clock.instant().plus(Duration.ofDays(9))));

    Instant dueAt =
        sql.first(
                "select due_at from loop_due where loop = 'woken'",
                row -> Optional.ofNullable(Sql.instant(row, "due_at")))
            .orElseThrow()
            .orElse(null);
    assertThat(dueAt == null || dueAt.isBefore(clock.instant().plus(Duration.ofDays(8)))).isTrue();
  }

  private void insert(String tenant, String loop, WorkKind kind, Instant at) {
    sql.update(
        "insert into loop_due (tenant, loop, kind, due_at, version) values (?, ?, ?, ?, 1)",
        tenant,
        loop,
        kind.wireName(),
        at);
  }

  private void lease(String name) {
    sql.update(
        "insert into work_lease (name, owner, until) values (?, 'other', ?)",
        name,
        clock.instant().plus(Duration.ofDays(1)));
  }

  private long observed() {
    return sql.first(
            "select count(*) from replica_observation where loop like 'idle-%'",
            row -> row.getLong(1))
        .orElse(0L);
  }

  private void awaitIdle() {
    await()
        .atMost(TIMEOUT)
        .until(
            () ->
                sql.first(
                            "select count(*) from loop_due where due_at is not null"
                                + " and loop like 'idle-%'",
                            row -> row.getLong(1))
                        .orElseThrow()
                    == 0);
  }

  /** Committed transactions of the database, which include every statement outside one. */
  private double transactionsPerSecond() throws InterruptedException {
    long from = commits();
    Instant start = clock.instant();
    // PostgreSQL publishes its counters with a delay of up to a second.
    Thread.sleep(Duration.ofSeconds(6));
    double seconds = Duration.between(start, clock.instant()).toMillis() / 1000.0;
    return (commits() - from) / seconds;
  }

  private long commits() {
    return sql.first(
            "select xact_commit from pg_stat_database where datname = current_database()",
            row -> row.getLong(1))
        .orElseThrow();
  }
}
