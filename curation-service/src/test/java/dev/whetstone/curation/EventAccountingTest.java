package dev.whetstone.curation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.contracts.EventKey;
import dev.whetstone.contracts.envelope.Event;
import dev.whetstone.contracts.feedback.FeedbackKind;
import dev.whetstone.curation.fate.Fate;
import dev.whetstone.curation.fate.Receipt;
import dev.whetstone.curation.fate.ReceiptRepository;
import dev.whetstone.curation.reconcile.CurationReconciler;
import dev.whetstone.kit.sql.Sql;
import dev.whetstone.kit.time.MutableClock;
import dev.whetstone.testing.InfrastructureResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** I1: every event has one fate, for any events, order and number of workers. */
@QuarkusTest
@WithTestResource(InfrastructureResource.class)
class EventAccountingTest {
  private static final Instant AT = TestClock.START;
  private static final int EVENTS = 700;

  @Inject EventFeed feed;
  @Inject CurationReconciler reconciler;
  @Inject ReceiptRepository receipts;
  @Inject Sql sql;
  @Inject MutableClock clock;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void shouldGiveEveryEventOfAStormOneFate(long seed) throws Exception {
    clock.set(AT.plusSeconds(5000));
    var random = new Random(seed);
    var send = TestEvents.of("acme", "storm-" + seed);
    feed.declare(send.declared("mustCover: []"));
    List<Event<?>> storm = storm(send, random);
    Set<EventKey> accepted = new HashSet<>();
    storm.forEach(event -> accepted.add(event.attributes().key()));
    List<Event<?>> delivered = new ArrayList<>(storm);
    delivered.addAll(storm.subList(0, 200));
    Collections.shuffle(delivered, random);

    deliver(delivered);
    reconciler.reconcile();

    assertAccounted(send, accepted);
    clock.advance(Duration.ofDays(400));
    reconciler.reconcile();
    reconciler.reconcile();
    assertAccounted(send, accepted);
    assertThat(receipts.counts(send.loop()).keySet()).noneMatch(Fate::live);
  }

  /** Three workers take polls at once, as three partitions would. */
  private void deliver(List<Event<?>> delivered) throws InterruptedException {
    var polls = new ConcurrentLinkedQueue<List<Event<?>>>();
    for (int i = 0; i < delivered.size(); i += 23) {
      polls.add(delivered.subList(i, Math.min(i + 23, delivered.size())));
    }
    List<Thread> workers = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      workers.add(
          Thread.ofVirtual()
              .start(
                  () -> {
                    for (var poll = polls.poll(); poll != null; poll = polls.poll()) {
                      feed.take(poll);
                    }
                  }));
    }
    for (Thread worker : workers) {
      worker.join();
    }
  }

  private void assertAccounted(TestEvents send, Set<EventKey> accepted) {
    long total = receipts.counts(send.loop()).values().stream().mapToLong(n -> n).sum();
    assertThat(total).isEqualTo(accepted.size());
    for (EventKey key : accepted) {
      Receipt receipt = receipts.find(key).orElseThrow(() -> new AssertionError("lost: " + key));
      assertThat(receipt.standing().fate().live())
          .as("%s", receipt)
          .isEqualTo(receipt.standing().deadline() != null);
    }
    assertThat(usedWithoutExample(send)).isZero();
    assertThat(examplesWithoutEvents(send)).isZero();
    assertThat(joinedButStillWaiting(send)).isZero();
    assertThat(takenBackButStillOpen(send)).isZero();
    assertThat(retractionsThatMissed(send)).isZero();
  }

  private long usedWithoutExample(TestEvents send) {
    return count(
        """
        select count(*) from event e where loop = ? and fate in ('used', 'ready', 'quarantined')
          and not exists (select 1 from example_event l join example x using (row_id)
            where l.event_key = e.event_key
              and x.state in ('used', 'ready', 'cut', 'quarantined'))
        """,
        send);
  }

  private long examplesWithoutEvents(TestEvents send) {
    return count(
        """
        select count(*) from example x where loop = ?
          and not exists (select 1 from example_event l where l.row_id = x.row_id)
        """,
        send);
  }

  private long joinedButStillWaiting(TestEvents send) {
    return count(
        """
        select count(*) from event e join interaction i using (tenant, loop, response_id)
        where e.loop = ? and e.fate = 'waiting' and e.kind not in ('interaction', 'retraction')
          and i.event_key is not null
        """,
        send);
  }

  /** Feedback that its sender retracted or superseded, in either order. */
  private long takenBackButStillOpen(TestEvents send) {
    return count(
        """
        select count(*) from event t join event e on e.target = t.event_key
        where t.loop = ? and t.phase = 'open' and t.kind not in ('interaction', 'retraction', 'erasure')
          and t.end_user_digest is not distinct from e.end_user_digest
          and e.fate <> 'erased' and (e.phase = 'open'
            or e.kind = 'retraction' and e.reason is distinct from 'other-end-user')
        """,
        send);
  }

  private long retractionsThatMissed(TestEvents send) {
    return count(
        """
        select count(*) from event e join event t on t.event_key = e.target
        where e.loop = ? and e.kind = 'retraction' and e.fate <> 'erased'
          and (e.phase = 'open' or e.reason = 'unknown-feedback')
        """,
        send);
  }

  private long count(String query, TestEvents send) {
    return sql.query(query, row -> row.getLong(1), send.loop().loop()).getFirst();
  }

  private static List<Event<?>> storm(TestEvents send, Random random) {
    List<Event<?>> storm = new ArrayList<>();
    for (int i = 0; i < EVENTS; i++) {
      int about = random.nextInt(150);
      String response = "r" + about;
      String user = random.nextInt(8) == 0 ? null : "user" + random.nextInt(40);
      Instant at = AT.plusSeconds(random.nextInt(4000));
      String id = "e" + i;
      storm.add(
          switch (random.nextInt(10)) {
            case 0, 1 ->
                send.interaction(
                    "r" + i % 150,
                    i % 3 == 0 ? null : "c" + about / 2,
                    user,
                    at,
                    TestTexts.question(about),
                    TestTexts.badAnswer(about));
            case 2, 3, 4 -> send.correction(id, response, user, at, TestTexts.goodAnswer(about));
            case 5 -> send.thumb(id, response, user, at, random.nextBoolean());
            case 6 -> send.feedback(id, response, FeedbackKind.COMMENT, null, null, user, null, at);
            case 7 -> send.retraction(id, "e" + random.nextInt(EVENTS), response, user, at);
            case 8 ->
                send.feedback(
                    id,
                    response,
                    FeedbackKind.CORRECTION,
                    null,
                    TestTexts.goodAnswer(about + 1),
                    user,
                    "e" + random.nextInt(EVENTS),
                    at);
            default ->
                random.nextInt(6) == 0
                    ? send.erasure(id + send.loop().loop(), "user" + random.nextInt(40), null, at)
                    : send.feedback(
                        id, response, FeedbackKind.THUMB, "no boolean", null, user, null, at);
          });
    }
    return distinctResponses(storm);
  }

  /** An event id is used once: the storm's interactions are named after their response. */
  private static List<Event<?>> distinctResponses(List<Event<?>> storm) {
    Set<EventKey> seen = new HashSet<>();
    return storm.stream().filter(event -> seen.add(event.attributes().key())).toList();
  }
}
