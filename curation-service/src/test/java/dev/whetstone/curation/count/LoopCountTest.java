package dev.whetstone.curation.count;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.contracts.envelope.Event;
import dev.whetstone.curation.EventFeed;
import dev.whetstone.curation.TestClock;
import dev.whetstone.curation.TestEvents;
import dev.whetstone.curation.TestTexts;
import dev.whetstone.curation.example.CutExampleRepository.Candidate;
import dev.whetstone.curation.example.ExampleRepository;
import dev.whetstone.curation.example.ExampleState;
import dev.whetstone.curation.example.PoolCounts;
import dev.whetstone.curation.example.ReadyPoolRepository;
import dev.whetstone.curation.example.StoredExample;
import dev.whetstone.curation.reconcile.CurationReconciler;
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
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/** The counters that the database keeps say what a recount of the rows says. */
@QuarkusTest
@WithTestResource(InfrastructureResource.class)
class LoopCountTest {
  private static final Instant AT = TestClock.START;

  @Inject EventFeed feed;
  @Inject CurationReconciler reconciler;
  @Inject LoopCountRepository counts;
  @Inject ReadyPoolRepository pools;
  @Inject ExampleRepository examples;
  @Inject Sql sql;
  @Inject MutableClock clock;

  /** Random traffic with cuts, erasures, retractions and expiry; folded at random times. */
  @Test
  void shouldEqualARecountAfterAnyTraffic(TestInfo test) {
    clock.set(AT.plusSeconds(3600));
    var send = TestEvents.of(test);
    feed.declare(send.declared("mustCover: []"));
    var random = new Random(20261126);
    for (int step = 0; step < 60; step++) {
      feed.take(traffic(send, random, step));
      clock.advance(Duration.ofSeconds(random.nextInt(20)));
      if (random.nextInt(4) == 0) {
        reconciler.reconcile();
      }
      if (random.nextInt(20) == 0) {
        clock.advance(Duration.ofDays(2));
      }
      assertThat(counted(send, CountKind.EVENT)).isEqualTo(recounted(send, EVENTS));
      assertThat(counted(send, CountKind.EXAMPLE)).isEqualTo(recounted(send, EXAMPLES));
      assertThat(counted(send, CountKind.BATCH)).isEqualTo(recounted(send, BATCHES));
    }
    assertThat(counted(send, CountKind.EXAMPLE)).hasSizeGreaterThan(5);
    while (QuarkusTransaction.requiringNew().call(counts::fold)) {
      assertThat(counted(send, CountKind.EVENT)).isEqualTo(recounted(send, EVENTS));
    }
    assertThat(counted(send, CountKind.EVENT)).isEqualTo(recounted(send, EVENTS));
  }

  private static List<Event<?>> traffic(TestEvents send, Random random, int step) {
    List<Event<?>> events = new ArrayList<>();
    Instant at = AT.plusSeconds(3600 + step);
    for (int i = step * 10; i < step * 10 + 10; i++) {
      String user = "u" + random.nextInt(40);
      events.add(
          send.interaction(
              "r" + i, "c" + i, user, at, TestTexts.question(i), TestTexts.badAnswer(i)));
      events.add(
          switch (random.nextInt(5)) {
            case 0 -> send.thumb("f" + i, "r" + i, user, at, random.nextBoolean());
            case 1 -> send.correction("f" + i, "unknown" + i, user, at, "words");
            case 2 -> send.retraction("x" + i, "f" + random.nextInt(i + 1), null, user, at);
            default -> send.correction("f" + i, "r" + i, user, at, TestTexts.goodAnswer(i));
          });
      if (random.nextInt(30) == 0) {
        events.add(send.erasure("era" + i + send.loop().loop(), user, null, at));
      }
    }
    return events;
  }

  private static final String EVENTS =
      "select fate || '/' || coalesce(reason, '') || '//' as k, count(*) as n from event";
  private static final String EXAMPLES =
      "select state || '/' || coalesce(reason, '') || '/' || form || '/' || split as k, count(*) as"
          + " n from example";
  private static final String BATCHES =
      "select state || '/' || batch_trigger || '/' || case when undecided then 'undecided' else ''"
          + " end || '/' as k, count(*) as n from batch";

  private Map<String, Long> recounted(TestEvents send, String query) {
    Map<String, Long> counted = new TreeMap<>();
    sql.query(
            query + " where tenant = ? and loop = ? group by 1",
            row -> Map.entry(row.getString("k"), row.getLong("n")),
            send.loop().tenant(),
            send.loop().loop())
        .forEach(one -> counted.put(one.getKey(), one.getValue()));
    return counted;
  }

  private Map<String, Long> counted(TestEvents send, CountKind kind) {
    Map<String, Long> counted = new TreeMap<>();
    for (LoopCount one : counts.of(send.loop(), kind)) {
      counted.put(String.join("/", one.state(), one.reason(), one.form(), one.split()), one.n());
    }
    return counted;
  }

  /** What the seal rule asks is the same, counted in memory or by the database. */
  @Test
  void shouldCountThePoolAsItsExamplesDo(TestInfo test) {
    clock.set(AT.plusSeconds(3600));
    var send = TestEvents.of(test);
    feed.declare(send.declared(""));
    for (int step = 0; step < 5; step++) {
      feed.take(traffic(send, new Random(step), step));
    }
    Instant from = AT.plusSeconds(3602);
    List<Candidate> all =
        examples.in(send.loop(), ExampleState.READY).stream()
            .map(LoopCountTest::candidate)
            .toList();
    assertThat(all).hasSizeGreaterThan(30);

    PoolCounts counted = pools.counts(send.loop(), from, List.of("none"), ExampleState.READY);

    assertThat(counted).isEqualTo(PoolCounts.of(all, from));
  }

  private static Candidate candidate(StoredExample row) {
    var example = Objects.requireNonNull(row.example());
    return new Candidate(
        row.rowId(),
        row.version(),
        example.form(),
        row.split(),
        row.receivedAt(),
        example.provenance().tags());
  }
}
