package dev.whetstone.curation.cap;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.contracts.envelope.Event;
import dev.whetstone.contracts.event.FeedbackGiven;
import dev.whetstone.contracts.feedback.FeedbackKind;
import dev.whetstone.curation.EventFeed;
import dev.whetstone.curation.TestClock;
import dev.whetstone.curation.TestEvents;
import dev.whetstone.curation.TestTexts;
import dev.whetstone.curation.fate.Fate;
import dev.whetstone.curation.fate.ReceiptRepository;
import dev.whetstone.curation.intake.FeedbackIntake;
import dev.whetstone.kit.sql.Sql;
import dev.whetstone.kit.time.MutableClock;
import dev.whetstone.testing.InfrastructureResource;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/** Thousands of signals on one response. Work is counted in rows, as PostgreSQL counts them. */
@QuarkusTest
@WithTestResource(InfrastructureResource.class)
class ManySignalsTest {
  private static final Instant AT = TestClock.START;
  private static final int POLL = 200;

  @Inject EventFeed feed;
  @Inject FeedbackIntake intake;
  @Inject ReceiptRepository receipts;
  @Inject ResponseFeedbackConfig config;
  @Inject Sql sql;
  @Inject MutableClock clock;
  private TestEvents send;

  @BeforeEach
  void recordAnAnswer(TestInfo test) {
    clock.set(AT.plusSeconds(3600));
    send = TestEvents.of(test);
    feed.declare(send.declared(""));
    feed.take(answer("r1"));
  }

  @Test
  @DisplayName("12,000 signals on one response cost at most 12 times 1,000")
  void shouldDoWorkInProportionToTheSignals() {
    long first = rowsOf(signals(0, 1_000, i -> "copied"));
    long others = rowsOf(signals(1_000, 11_000, i -> "copied"));

    assertThat(first + others).isLessThanOrEqualTo(12 * first);
    Map<Fate, Long> fates = receipts.counts(send.loop());
    assertThat(fates.get(Fate.CONTEXT)).isEqualTo(config.maxSameKind());
    assertThat(fates.get(Fate.REJECTED)).isEqualTo(12_000 - config.maxSameKind());
    assertThat(receipts.reasons(send.loop())).containsOnlyKeys("over-cap");
  }

  @Test
  void shouldLimitSignalsWithDifferentNames() {
    rowsOf(signals(0, 2_000, i -> "name-" + i));

    assertThat(receipts.counts(send.loop()).get(Fate.CONTEXT)).isEqualTo(config.maxFeedback());
    assertThat(receipts.reasons(send.loop()))
        .containsEntry("over-cap", 2_000L - config.maxFeedback());
  }

  @Test
  @DisplayName(
      "signals over the bound are not read again, and the response's rows stay as they are")
  void shouldNotReadOrWriteAResponseThatIsAtItsLimit() {
    rowsOf(signals(0, 1_000, i -> "copied"));
    List<String> before = versions();

    long rows = rowsOf(signals(1_000, POLL, i -> "copied"));

    assertThat(versions()).containsAll(before);
    // Inserting a row and looking at its key, for each signal, and nothing for the 100 accepted.
    assertThat(rows).isLessThanOrEqualTo(4L * POLL);
  }

  @Test
  void shouldUpdateOnlyEventsWhoseFateChanges() {
    feed.take(signals(0, 50, i -> "copied"));
    List<String> before = versions();

    feed.take(signals(50, 1, i -> "copied"));

    assertThat(versions()).hasSize(before.size() + 1).containsAll(before);
  }

  @Test
  void shouldFormExamplesFromOtherFeedbackAtTheLimitOfOneKind() {
    feed.take(signals(0, 300, i -> "copied"));

    feed.take(send.correction("f1", "r1", "ada", AT, TestTexts.goodAnswer(1)));

    assertThat(receipts.byId(send.loop(), "f1").getFirst().standing().fate()).isEqualTo(Fate.READY);
  }

  @Test
  void shouldBoundSignalsThatArriveBeforeTheirInteraction() {
    List<Event<?>> early = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      early.add(signal(i, "late", "copied"));
    }
    feed.take(early);
    assertThat(receipts.counts(send.loop()).get(Fate.REJECTED))
        .isEqualTo(300L - config.maxSameKind());

    feed.take(answer("late"));

    assertThat(receipts.counts(send.loop()).get(Fate.CONTEXT)).isEqualTo(config.maxSameKind());
  }

  @Test
  void shouldCarryOutMoreRetractionsThanOnePassTakes() {
    List<Event<?>> retractions = new ArrayList<>();
    for (int i = 0; i < 700; i++) {
      retractions.add(send.retraction("x" + i, "f1", "r1", "ada", AT));
    }
    feed.take(retractions);

    feed.take(send.correction("f1", "r1", "ada", AT, TestTexts.goodAnswer(1)));

    assertThat(receipts.byId(send.loop(), "f1").getFirst().standing().fate())
        .isEqualTo(Fate.WITHDRAWN);
  }

  /** Rows of all of curation's tables that taking these events in reads and writes. */
  private long rowsOf(List<Event<?>> events) {
    long rows = 0;
    for (int from = 0; from < events.size(); from += POLL) {
      var poll = events.subList(from, Math.min(events.size(), from + POLL));
      rows +=
          QuarkusTransaction.requiringNew()
              .call(
                  () -> {
                    usePlansOfLargeTables();
                    long before = rowsOfThisSession();
                    intake.apply(poll.stream().map(EventFeed::received).toList());
                    return rowsOfThisSession() - before;
                  });
    }
    return rows;
  }

  /**
   * A fresh table has no statistics, and PostgreSQL would read all of it; also by plans that it
   * made for other tests.
   */
  private void usePlansOfLargeTables() {
    sql.query("select set_config('plan_cache_mode', 'force_custom_plan', true)", row -> 0);
    sql.query("select set_config('enable_seqscan', 'off', true)", row -> 0);
  }

  /** Includes earlier transactions of the session that PostgreSQL has not published yet. */
  private long rowsOfThisSession() {
    return sql.query(
            """
            select sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0) + n_tup_ins + n_tup_upd + n_tup_del)
            from pg_stat_xact_user_tables
            where relname in ('event', 'example', 'example_event', 'interaction', 'response_feedback')
            """,
            row -> row.getLong(1))
        .getFirst();
  }

  /** Changes with every update of a row, not with a lock. */
  private List<String> versions() {
    return sql.query(
        "select id || ' ' || ctid || ' ' || xmin from event where loop = ?",
        row -> row.getString(1),
        send.loop().loop());
  }

  private List<Event<?>> signals(int from, int count, IntFunction<String> name) {
    List<Event<?>> signals = new ArrayList<>();
    for (int i = from; i < from + count; i++) {
      signals.add(signal(i, "r1", name.apply(i)));
    }
    return signals;
  }

  private Event<FeedbackGiven> signal(int i, String response, String name) {
    return send.event(
        response + "-s" + i,
        AT.plusMillis(i),
        send.loop().key() + "/" + response,
        new FeedbackGiven(
            response,
            null,
            FeedbackKind.IMPLICIT,
            name,
            true,
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            List.of(),
            AT.plusMillis(i)));
  }

  private Event<?> answer(String response) {
    return send.interaction(
        response, "c-" + response, "ada", AT, TestTexts.question(1), TestTexts.badAnswer(1));
  }
}
