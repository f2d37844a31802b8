package dev.whetstone.kit.inbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.kit.inbox.EventChunkPolicy.Cost;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EventChunkPolicyTest {
  /** An event of a loop that reads a response of a size. */
  record Sent(String loop, long bytes, String response, long responseBytes) {}

  @Provide
  Arbitrary<List<Sent>> polls() {
    Arbitrary<Sent> sent =
        Combinators.combine(
                Arbitraries.of("a", "b", "c"),
                Arbitraries.longs().between(0, 500),
                Arbitraries.of("r1", "r2", "r3", "r4"))
            .as((loop, bytes, response) -> new Sent(loop, bytes, response, 100L * bytes % 700));
    return sent.list().ofMaxSize(60);
  }

  @Property
  void shouldKeepEveryEventTheOrderOfEachLoopAndTheBounds(
      @ForAll("polls") List<Sent> poll,
      @ForAll @IntRange(min = 1, max = 20) int rows,
      @ForAll @LongRange(min = 1, max = 3_000) long bytes,
      @ForAll @IntRange(min = 1, max = 10) int turn) {
    List<List<Sent>> chunks = chunks(new EventChunkPolicy(rows, bytes, turn), poll);

    List<Sent> all = chunks.stream().flatMap(List::stream).toList();
    assertThat(all).hasSameSizeAs(poll);
    for (String loop : List.of("a", "b", "c")) {
      assertThat(all.stream().filter(one -> one.loop().equals(loop)))
          .containsExactlyElementsOf(poll.stream().filter(o -> o.loop().equals(loop)).toList());
    }
    assertThat(chunks)
        .allSatisfy(
            chunk -> {
              assertThat(chunk).hasSizeBetween(1, rows);
              assertThat(bytes(chunk) <= bytes || chunk.size() == 1).isTrue();
            });
  }

  @Test
  void shouldDelayAnEventOfAnotherLoopByNoMoreThanOneTurn() {
    List<Sent> poll =
        IntStream.range(0, 500)
            .mapToObj(i -> new Sent(i == 499 ? "quiet" : "hot", 10, "r" + i, 0))
            .toList();

    List<List<Sent>> chunks = chunks(new EventChunkPolicy(200, 1_000_000, 50), poll);

    assertThat(chunks.getFirst().get(50).loop()).isEqualTo("quiet");
  }

  @Test
  void shouldReadWhatEventsShareOnce() {
    List<Sent> poll = IntStream.range(0, 100).mapToObj(i -> new Sent("a", 1, "same", 900)).toList();

    assertThat(chunks(new EventChunkPolicy(200, 1_000, 50), poll)).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({
    "100, 6000, 50",
    "1, 60000, 1",
    "100, 5000, 100",
    "100, 1000, 200",
    "150, 1000, 200",
    "1, 1000, 2",
    "100, 2000, 100"
  })
  void shouldHalveAfterALongTransactionAndDoubleAfterAQuickOne(int rows, int millis, int next) {
    var policy = new ChunkRowsPolicy(200, Duration.ofSeconds(5));

    assertThat(policy.next(rows, Duration.ofMillis(millis))).isEqualTo(next);
  }

  private static List<List<Sent>> chunks(EventChunkPolicy policy, List<Sent> poll) {
    return policy.chunks(
        poll, Sent::loop, one -> new Cost(one.bytes(), one.response(), one.responseBytes()));
  }

  private static long bytes(List<Sent> chunk) {
    Set<String> read = new HashSet<>();
    return chunk.stream()
        .mapToLong(one -> one.bytes() + (read.add(one.response()) ? one.responseBytes() : 0))
        .sum();
  }
}
