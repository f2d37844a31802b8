package dev.whetstone.eval.champion;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.kit.sql.Sql;
import dev.whetstone.testing.InfrastructureResource;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Invariant I5: the champion moves only by compare-and-set of its generation, +1 each time. */
@QuarkusTest
@WithTestResource(InfrastructureResource.class)
class ChampionRepositoryTest {
  private static final int GENERATIONS = 150;
  private static final int WORKERS = 4;
  @Inject ChampionRepository champions;
  @Inject Sql sql;
  @Inject Clock clock;

  @Test
  void shouldHoldI5WhileWorkersRaceForEveryGeneration() throws Exception {
    LoopId loop = new LoopId("acme", "raced");
    QuarkusTransaction.requiringNew().run(() -> champions.begin(loop, "base"));
    QuarkusTransaction.requiringNew().run(() -> champions.begin(loop, "base"));

    List<Future<Integer>> wins;
    try (var threads = Executors.newFixedThreadPool(WORKERS)) {
      List<Callable<Integer>> workers =
          IntStream.range(0, WORKERS)
              .mapToObj(worker -> (Callable<Integer>) () -> race(loop, "worker-" + worker))
              .toList();
      wins = threads.invokeAll(workers);
    }

    int won = 0;
    for (Future<Integer> one : wins) {
      won += one.get();
    }
    assertThat(won).isEqualTo(GENERATIONS);
    assertThat(champions.current(loop).orElseThrow().generation()).isEqualTo(GENERATIONS);
    assertThat(champions.history(loop).reversed())
        .extracting(Champion::generation)
        .containsExactlyElementsOf(LongStream.rangeClosed(0, GENERATIONS).boxed().toList());
    long told =
        sql.query(
                "select last_seq from outbox_sequence"
                    + " where topic = 'whetstone.champions' and message_key = ?",
                row -> row.getLong(1),
                loop.key())
            .getFirst();
    assertThat(told).isEqualTo(GENERATIONS + 1);
  }

  @Test
  void shouldChangeNothingIfTheGenerationIsNotTheExpectedOne() {
    LoopId loop = new LoopId("acme", "stale");
    QuarkusTransaction.requiringNew().run(() -> champions.begin(loop, "base"));
    Champion base = champions.current(loop).orElseThrow();
    Champion first = base.next("c1", "file:///a", "one", "dec-1", clock.instant());
    assertThat(QuarkusTransaction.requiringNew().call(() -> champions.replace(first))).isTrue();

    Champion late = base.next("c2", "file:///b", "two", "dec-2", clock.instant());
    assertThat(QuarkusTransaction.requiringNew().call(() -> champions.replace(late))).isFalse();

    assertThat(champions.current(loop).orElseThrow().checkpointId()).isEqualTo("c1");
  }

  private int race(LoopId loop, String worker) {
    int won = 0;
    while (true) {
      Champion current = champions.current(loop).orElseThrow();
      if (current.generation() >= GENERATIONS) {
        return won;
      }
      Champion next = current.next(worker, "file:///a", worker, "dec", clock.instant());
      won += QuarkusTransaction.requiringNew().call(() -> champions.replace(next)) ? 1 : 0;
    }
  }
}
