package dev.whetstone.curation.join;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.contracts.TopicNames;
import dev.whetstone.contracts.envelope.Event;
import dev.whetstone.contracts.feedback.FeedbackKind;
import dev.whetstone.curation.EventFeed;
import dev.whetstone.curation.TestClock;
import dev.whetstone.curation.TestEvents;
import dev.whetstone.curation.TestTexts;
import dev.whetstone.curation.example.ExampleRepository;
import dev.whetstone.curation.example.ExampleState;
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
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/** Events arrive in any order, twice, late, or not at all. */
@QuarkusTest
@WithTestResource(InfrastructureResource.class)
class EventJoinTest {
  private static final Instant AT = TestClock.START;
  private static final Instant LATER = AT.plusSeconds(60);

  @Inject EventFeed feed;
  @Inject CurationReconciler reconciler;
  @Inject ReceiptRepository receipts;
  @Inject ExampleRepository examples;
  @Inject Sql sql;
  @Inject MutableClock clock;
  private TestEvents send;

  @BeforeEach
  void declareALoop(TestInfo test) {
    clock.set(AT);
    send = TestEvents.of(test);
    feed.declare(send.declared(""));
  }

  @Test
  void shouldJoinFeedbackThatArrivesAfterItsInteraction() {
    feed.take(interaction("r1", "c1"));
    assertThat(fate("int-r1")).isEqualTo(Fate.WAITING);

    feed.take(send.correction("f1", "r1", "ada", LATER, TestTexts.goodAnswer(1)));

    assertThat(fate("f1")).isEqualTo(Fate.READY);
    assertThat(fate("int-r1")).isEqualTo(Fate.READY);
    assertThat(examples.in(send.loop(), ExampleState.READY)).hasSize(2);
  }

  @Test
  void shouldJoinFeedbackThatArrivesBeforeItsInteraction() {
    feed.take(send.correction("f1", "r1", "ada", AT, TestTexts.goodAnswer(1)));
    assertThat(receipt("f1").standing().reason()).isEqualTo("interaction");
    assertThat(receipt("f1").standing().deadline()).isEqualTo(AT.plus(Duration.ofDays(7)));

    feed.take(interaction("r1", "c1"));

    assertThat(fate("f1")).isEqualTo(Fate.READY);
    assertThat(examples.in(send.loop(), ExampleState.READY)).hasSize(2);
  }

  @Test
  void shouldFormTheSameExamplesInEitherOrder() {
    var other = TestEvents.of("acme", send.loop().loop() + "x");
    feed.declare(other.declared(""));
    Event<?> correction = send.correction("f1", "r1", "ada", LATER, TestTexts.goodAnswer(1));
    feed.take(interaction("r1", "c1"), correction);
    feed.take(other.correction("f1", "r1", "ada", LATER, TestTexts.goodAnswer(1)));
    feed.take(
        other.interaction("r1", "c1", "ada", AT, TestTexts.question(1), TestTexts.badAnswer(1)));

    var here = examples.in(send.loop(), ExampleState.READY);
    var there = examples.in(other.loop(), ExampleState.READY);
    assertThat(here.stream().map(one -> one.exampleId()).sorted())
        .isEqualTo(there.stream().map(one -> one.exampleId()).sorted().toList());
  }

  /** I2: the same again is nothing, the same id with another body is a conflict. */
  @Test
  void shouldTakeTheSameEventOnceAndDeadLetterAnotherBody() {
    var interaction = interaction("r1", "c1");
    var correction = send.correction("f1", "r1", "ada", LATER, TestTexts.goodAnswer(1));
    feed.take(interaction, correction, correction);
    feed.take(correction, interaction);
    feed.take(send.correction("f1", "r1", "ada", LATER, "something else entirely"));

    assertThat(total()).isEqualTo(2);
    assertThat(examples.in(send.loop(), ExampleState.READY)).hasSize(2);
    assertThat(fate("f1")).isEqualTo(Fate.READY);
    assertThat(deadLetters("id-conflict")).isEqualTo(1);
  }

  @Test
  void shouldRejectFeedbackWhoseInteractionNeverArrives() {
    feed.take(send.thumb("f1", "nowhere", "ada", AT, true));
    clock.advance(Duration.ofDays(7).plusSeconds(1));

    reconciler.reconcile();

    assertThat(fate("f1")).isEqualTo(Fate.REJECTED);
    assertThat(receipt("f1").standing().reason()).isEqualTo("unknown-response");
  }

  @Test
  void shouldRejectFeedbackThatArrivesAfterTheJoinWindow() {
    feed.take(interaction("r1", "c1"));
    Instant late = AT.plus(Duration.ofDays(7)).plusSeconds(1);
    clock.set(late);
    feed.take(send.thumb("f1", "r1", "ada", late, true));

    assertThat(receipt("f1").standing().reason()).isEqualTo("join-window");
  }

  @Test
  void shouldKeepAnInteractionAsContextWithoutFeedback() {
    feed.take(interaction("r1", "c1"));
    clock.advance(Duration.ofDays(7).plusSeconds(1));

    reconciler.reconcile();

    assertThat(fate("int-r1")).isEqualTo(Fate.CONTEXT);
  }

  @Test
  void shouldParkEventsOfALoopThatIsDeclaredLater() {
    var early = TestEvents.of("acme", send.loop().loop() + "x");
    feed.take(
        early.interaction("r1", "c1", "ada", AT, TestTexts.question(1), TestTexts.badAnswer(1)),
        early.correction("f1", "r1", "ada", LATER, TestTexts.goodAnswer(1)));
    assertThat(receipts.byId(early.loop(), "f1").getFirst().phase())
        .isEqualTo(Receipt.Phase.PARKED);
    reconciler.reconcile();
    assertThat(receipts.byId(early.loop(), "f1").getFirst().phase())
        .isEqualTo(Receipt.Phase.PARKED);

    feed.declare(early.declared(""));
    reconciler.reconcile();

    assertThat(receipts.counts(early.loop())).containsOnlyKeys(Fate.READY);
  }

  @Test
  void shouldWithdrawWhatItsSenderRetracts() {
    feed.take(
        interaction("r1", "c1"),
        send.correction("f1", "r1", "ada", LATER, TestTexts.goodAnswer(1)));

    feed.take(send.retraction("x1", "f1", "r1", "ada", LATER.plusSeconds(1)));

    assertThat(fate("f1")).isEqualTo(Fate.WITHDRAWN);
    assertThat(fate("x1")).isEqualTo(Fate.CONTEXT);
    assertThat(fate("int-r1")).isEqualTo(Fate.WAITING);
    assertThat(examples.in(send.loop(), ExampleState.values())).isEmpty();
  }

  @Test
  void shouldWithdrawFeedbackThatArrivesAfterItsRetraction() {
    feed.take(send.retraction("x1", "f1", "r1", "ada", LATER.plusSeconds(1)));
    assertThat(fate("x1")).isEqualTo(Fate.WAITING);

    feed.take(
        send.correction("f1", "r1", "ada", LATER, TestTexts.goodAnswer(1)),
        interaction("r1", "c1"));

    assertThat(fate("f1")).isEqualTo(Fate.WITHDRAWN);
    assertThat(fate("x1")).isEqualTo(Fate.CONTEXT);
    assertThat(examples.in(send.loop(), ExampleState.values())).isEmpty();
  }

  @Test
  void shouldNotLetAnotherEndUserOrSourceTakeFeedbackBack() {
    feed.take(
        interaction("r1", "c1"),
        send.correction("f1", "r1", "ada", LATER, TestTexts.goodAnswer(1)));

    feed.take(send.retraction("x1", "f1", "r1", "mallory", LATER));
    feed.take(
        send.as("other-app")
            .event(
                "x2",
                LATER,
                "k",
                new dev.whetstone.contracts.event.FeedbackRetracted(
                    TestEvents.APP, "f1", "r1", "ada")));

    assertThat(fate("f1")).isEqualTo(Fate.READY);
    assertThat(receipt("x1").standing().reason()).isEqualTo("other-end-user");
    assertThat(receipt("x2").standing().reason()).isEqualTo("other-source");
  }

  @Test
  void shouldReplaceFeedbackThatIsSuperseded() {
    feed.take(
        interaction("r1", "c1"),
        send.correction("f1", "r1", "ada", LATER, TestTexts.goodAnswer(1)));

    feed.take(
        send.feedback(
            "f2",
            "r1",
            FeedbackKind.CORRECTION,
            null,
            TestTexts.goodAnswer(2),
            "ada",
            "f1",
            LATER.plusSeconds(5)));

    assertThat(fate("f1")).isEqualTo(Fate.WITHDRAWN);
    assertThat(receipt("f1").standing().reason()).isEqualTo("superseded");
    assertThat(fate("f2")).isEqualTo(Fate.READY);
    assertThat(examples.in(send.loop(), ExampleState.READY)).hasSize(2);
  }

  @Test
  void shouldLetTheLatestThumbOfAnEndUserCount() {
    feed.take(
        interaction("r1", "c1"),
        send.thumb("f2", "r1", "ada", LATER.plusSeconds(9), false),
        send.thumb("f1", "r1", "ada", LATER, true));

    assertThat(fate("f2")).isEqualTo(Fate.READY);
    assertThat(receipt("f1").standing().reason()).isEqualTo("superseded");
  }

  @Test
  void shouldRejectWithoutConsentAndKeepNoText() {
    var refused = TestEvents.of("acme", send.loop().loop() + "x");
    feed.declare(refused.declared(""));
    var recorded =
        refused.interaction("r1", "c1", "ada", AT, "a secret question", "an answer").data();
    feed.take(
        refused.event(
            "int-r1",
            AT,
            "k",
            new dev.whetstone.contracts.event.InteractionRecorded(
                recorded.responseId(),
                recorded.conversationId(),
                recorded.request(),
                recorded.response(),
                null,
                null,
                "ada",
                new dev.whetstone.contracts.event.InteractionRecorded.ConsentGiven(false, "asked"),
                null,
                java.util.List.of(),
                AT)),
        refused.correction("f1", "r1", "ada", LATER, "a better answer"));

    assertThat(receipts.counts(refused.loop())).containsOnlyKeys(Fate.REJECTED);
    assertThat(receipts.reasons(refused.loop())).containsOnlyKeys("no-consent");
    assertThat(
            sql.query(
                "select body from interaction where loop = ? and body is not null",
                row -> row.getString(1),
                refused.loop().loop()))
        .isEmpty();
  }

  @Test
  void shouldNotStoreEndUsersAsTheyWereSent() {
    feed.take(
        interaction("r1", "c1"),
        send.correction("f1", "r1", "grace-hopper-1906", LATER, TestTexts.goodAnswer(1)),
        send.thumb("f2", "elsewhere", "grace-hopper-1906", LATER, true));

    for (String table : java.util.List.of("event", "interaction", "example", "conversation")) {
      assertThat(
              sql.query(
                  "select 1 from " + table + " t where t::text like '%grace-hopper-1906%'",
                  row -> 1))
          .as(table)
          .isEmpty();
    }
  }

  /** I8: a conversation keeps its split, whatever arrives later. */
  @Test
  void shouldKeepTheSplitOfAConversation() {
    feed.take(interaction("r1", "c1"));
    String before = split("conversation:" + send.own("c1"));
    feed.take(interaction("r2", "c1"), interaction("r3", "c1"));
    feed.take(send.correction("f3", "r3", "bob", LATER, TestTexts.goodAnswer(3)));

    assertThat(split("conversation:" + send.own("c1"))).isEqualTo(before);
    assertThat(examples.in(send.loop(), ExampleState.READY))
        .allMatch(one -> one.split().wireName().equals(before));
  }

  @Test
  void shouldLetNeighboursFlowPastAPoisonMessage() {
    var poison = EventFeed.polled(interaction("r2", "c2"));
    var broken =
        new org.apache.kafka.clients.consumer.ConsumerRecord<String, byte[]>(
            TopicNames.FEEDBACK,
            0,
            1,
            poison.key(),
            "{".getBytes(java.nio.charset.StandardCharsets.UTF_8));
    poison.headers().forEach(header -> broken.headers().add(header));
    feed.takePolled(
        java.util.List.of(
            EventFeed.polled(interaction("r1", "c1")),
            broken,
            EventFeed.polled(send.correction("f1", "r1", "ada", LATER, TestTexts.goodAnswer(1)))));

    assertThat(fate("f1")).isEqualTo(Fate.READY);
    assertThat(deadLetters("undecodable")).isEqualTo(1);
  }

  private Event<?> interaction(String response, String conversation) {
    return send.interaction(
        response, conversation, "ada", AT, TestTexts.question(1), TestTexts.badAnswer(1));
  }

  private Receipt receipt(String id) {
    return receipts.byId(send.loop(), id).getFirst();
  }

  private Fate fate(String id) {
    return receipt(id).standing().fate();
  }

  private long total() {
    return receipts.counts(send.loop()).values().stream().mapToLong(n -> n).sum();
  }

  private String split(String conversation) {
    return sql.query(
            "select split from conversation where loop = ? and conversation_key = ?",
            row -> row.getString(1),
            send.loop().loop(),
            conversation)
        .getFirst();
  }

  /** Dead letters of this loop that have been queued; the relay may have sent them already. */
  private long deadLetters(String code) {
    var probe = dev.whetstone.testing.KafkaProbe.shared();
    try (probe) {
      org.awaitility.Awaitility.await()
          .atMost(Duration.ofSeconds(20))
          .until(() -> count(probe, code) > 0);
      return count(probe, code);
    }
  }

  private long count(dev.whetstone.testing.KafkaProbe probe, String code) {
    return probe.all(TopicNames.deadLetters(TopicNames.FEEDBACK)).stream()
        .filter(
            one ->
                send.loop().loop().equals(dev.whetstone.testing.KafkaProbe.header(one, "ce_loop")))
        .filter(one -> code.equals(dev.whetstone.testing.KafkaProbe.header(one, "error-code")))
        .count();
  }
}
