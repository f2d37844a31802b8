package dev.whetstone.curation.join;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.contracts.envelope.Event;
import dev.whetstone.curation.EventFeed;
import dev.whetstone.curation.TestClock;
import dev.whetstone.curation.TestEvents;
import dev.whetstone.curation.TestTexts;
import dev.whetstone.curation.batch.Batch;
import dev.whetstone.curation.batch.BatchRepository;
import dev.whetstone.curation.fate.Fate;
import dev.whetstone.curation.fate.ReceiptRepository;
import dev.whetstone.curation.reconcile.CurationReconciler;
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
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/** The same words a second time, after a batch has held them. */
@QuarkusTest
@WithTestResource(InfrastructureResource.class)
class RepeatedFeedbackTest {
  private static final Instant AT = TestClock.START;
  private static final Instant LATER = AT.plusSeconds(1000);

  @Inject EventFeed feed;
  @Inject CurationReconciler reconciler;
  @Inject BatchRepository batches;
  @Inject ReceiptRepository receipts;
  @Inject Sql sql;
  @Inject MutableClock clock;
  private TestEvents send;

  @BeforeEach
  void sealABatch(TestInfo test) {
    clock.set(AT.plusSeconds(3600));
    send = TestEvents.of(test);
    feed.declare(send.declared(""));
    feed.take(corrections(0));
    reconciler.reconcile();
    assertThat(sealed()).hasSize(1);
  }

  /** Training and eval exclude withdrawn examples by id, permanently. */
  @Test
  void shouldGiveWordsThatWereTakenBackANewIdWhenTheyAreGivenAgain() {
    feed.take(send.retraction("x3", "f3", "r3", "user3", LATER));
    feed.take(send.correction("f3-again", "r3", "user3", LATER, TestTexts.goodAnswer(3)));

    Batch second = sealAnother();

    List<String> withdrawn = ids("state = 'withdrawn'", send.loop().loop());
    assertThat(withdrawn).hasSize(2);
    assertThat(ids("batch_id = ? and origin = 'response:r3'", second.batchId()))
        .hasSize(2)
        .doesNotContainAnyElementsOf(withdrawn)
        .allMatch(id -> id.endsWith("~2"));
    assertThat(ids("batch_id = ?", second.batchId())).doesNotContainAnyElementsOf(withdrawn);
  }

  /** What an erasure leaves of a row is its id. */
  @Test
  void shouldGiveWordsOfAnErasedPersonANewIdWhenAnotherGivesThem() {
    feed.take(send.erasure("era-" + send.loop().loop(), "user3", null, LATER));
    reconciler.reconcile();
    String question = TestTexts.question(3);
    feed.take(
        send.interaction("r3b", "c3", "eve", LATER, question, TestTexts.badAnswer(3)),
        send.correction("f3b", "r3b", "eve", LATER, TestTexts.goodAnswer(3)));

    Batch second = sealAnother();

    List<String> erased = ids("state = 'erased'", send.loop().loop());
    assertThat(erased).hasSize(2);
    assertThat(ids("batch_id = ? and origin = 'response:r3b'", second.batchId()))
        .hasSize(2)
        .doesNotContainAnyElementsOf(erased);
  }

  /** Repeating the same feedback withdraws nothing. */
  @Test
  void shouldKeepTheEarlierOfTwoEqualCorrections() {
    feed.take(send.correction("f3-again", "r3", "user3", LATER, TestTexts.goodAnswer(3)));
    reconciler.reconcile();

    var again = receipts.byId(send.loop(), "f3-again").getFirst().standing();
    assertThat(again.fate()).isEqualTo(Fate.REJECTED);
    assertThat(again.reason()).isEqualTo("duplicate");
    assertThat(again.detail()).contains("f3");
    assertThat(receipts.byId(send.loop(), "f3").getFirst().standing().fate()).isEqualTo(Fate.USED);
    assertThat(sealed()).noneMatch(Batch::tainted);
  }

  private Batch sealAnother() {
    feed.take(corrections(60));
    reconciler.reconcile();
    List<Batch> all = sealed();
    assertThat(all).hasSize(2);
    return all.getLast();
  }

  /** Ids of this loop's examples that a condition with one parameter holds for. */
  private List<String> ids(String condition, String parameter) {
    String where = condition.contains("?") ? condition : condition + " and loop = ?";
    return sql.query(
        "select example_id from example where " + where, row -> row.getString(1), parameter);
  }

  private List<Event<?>> corrections(int from) {
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

  private List<Batch> sealed() {
    return QuarkusTransaction.requiringNew().call(() -> batches.all(send.loop()));
  }
}
