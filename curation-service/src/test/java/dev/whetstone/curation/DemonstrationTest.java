package dev.whetstone.curation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.whetstone.contracts.chat.ChatMessage;
import dev.whetstone.contracts.envelope.Event;
import dev.whetstone.contracts.event.FeedbackGiven;
import dev.whetstone.contracts.event.InteractionRecorded;
import dev.whetstone.contracts.event.InteractionRecorded.ConsentGiven;
import dev.whetstone.contracts.feedback.FeedbackKind;
import dev.whetstone.curation.example.ExampleRepository;
import dev.whetstone.curation.example.ExampleState;
import dev.whetstone.curation.fate.Fate;
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
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/** A demonstration that names an answer brings its own request all the same. */
@QuarkusTest
@WithTestResource(InfrastructureResource.class)
class DemonstrationTest {
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
  void shouldNotNeedTheAnswerThatItNames() {
    feed.take(demonstration("d1", "never-recorded"));
    clock.advance(Duration.ofDays(8));
    reconciler.reconcile();

    assertThat(fate("d1")).isEqualTo(Fate.READY);
    assertThat(ready()).hasSize(1);
  }

  @Test
  void shouldTakeAPreferenceWithItsOwnRequestLikeADemonstration() {
    Event<FeedbackGiven> named = demonstration("p1", "never-recorded", FeedbackKind.PREFERENCE);
    Event<FeedbackGiven> free = demonstration("p2", null, FeedbackKind.PREFERENCE);
    feed.take(named, free);
    clock.advance(Duration.ofDays(8));
    reconciler.reconcile();

    assertThat(fate("p1")).isEqualTo(Fate.READY);
    assertThat(fate("p2")).isEqualTo(Fate.READY);
    assertThat(examples.in(send.loop(), ExampleState.READY))
        .extracting(one -> one.form(), one -> one.example().prompt().getLast().content())
        .containsExactly(
            tuple("preference", TestTexts.question(1)), tuple("preference", TestTexts.question(1)));
  }

  @Test
  void shouldFormTheSameExampleWheneverItsAnswerArrives() {
    feed.take(demonstration("d1", "r1"), interaction(null));
    feed.take(interaction(null), send.thumb("t1", "r1", "ada", LATER, false));
    List<String> after = ready();
    var other = TestEvents.of("acme", send.loop().loop() + "x");
    feed.declare(other.declared(""));
    TestEvents here = send;
    send = other;
    feed.take(interaction(null), send.thumb("t1", "r1", "ada", LATER, false));
    feed.take(demonstration("d1", "r1"));

    assertThat(after).hasSize(2).isEqualTo(ready());
    assertThat(splitOf("d1")).isEqualTo(splitOf("t1"));
    send = here;
    assertThat(splitOf("d1")).isEqualTo(splitOf("t1"));
    assertThat(fate("d1")).isEqualTo(Fate.READY);
  }

  /** The end user of the conversation may refuse its use, whatever feedback it gets. */
  @Test
  void shouldGoWithTheConsentOfItsAnswer() {
    feed.take(demonstration("d1", "r1"));
    assertThat(ready()).hasSize(1);

    feed.take(interaction(new ConsentGiven(false, "asked")));

    assertThat(receipts.byId(send.loop(), "d1").getFirst().standing().reason())
        .isEqualTo("no-consent");
    assertThat(ready()).isEmpty();
  }

  @Test
  void shouldWaitForTheConsentOfItsAnswerWhereTheLoopAsksForIt() {
    feed.declare(
        send.declared(
            "", 2, file -> file.replace("consent: {default: allow}", "consent: {default: deny}")));
    feed.take(demonstration("d1", "r1"));
    assertThat(fate("d1")).isEqualTo(Fate.WAITING);

    feed.take(interaction(new ConsentGiven(true, "asked")));

    assertThat(fate("d1")).isEqualTo(Fate.READY);
  }

  @Test
  void shouldBeErasedWithItsAnswer() {
    feed.take(demonstration("d1", "r1"), interaction(null));
    clock.set(LATER);
    feed.take(send.erasure("era-" + send.loop().loop(), "ada", null, LATER));
    reconciler.reconcile();

    assertThat(fate("d1")).isEqualTo(Fate.ERASED);
    assertThat(ready()).isEmpty();
  }

  private Event<FeedbackGiven> demonstration(String id, String response) {
    return demonstration(id, response, FeedbackKind.DEMONSTRATION);
  }

  private Event<FeedbackGiven> demonstration(String id, String response, FeedbackKind kind) {
    boolean pair = kind == FeedbackKind.PREFERENCE;
    ChatMessage good = ChatMessage.assistant(TestTexts.goodAnswer(1));
    return send.event(
        id,
        LATER,
        send.loop().key() + "/" + response,
        new FeedbackGiven(
            response,
            send.own("c1"),
            kind,
            null,
            null,
            null,
            null,
            pair ? good : null,
            pair ? ChatMessage.assistant(TestTexts.badAnswer(1)) : null,
            InteractionRecorded.Request.of(List.of(ChatMessage.user(TestTexts.question(1)))),
            pair ? null : good,
            null,
            "annotator",
            null,
            null,
            null,
            List.of(),
            LATER));
  }

  private Event<InteractionRecorded> interaction(ConsentGiven consent) {
    InteractionRecorded from =
        send.interaction("r1", "c1", "ada", AT, TestTexts.question(1), TestTexts.badAnswer(1))
            .data();
    return send.event(
        "int-r1",
        AT,
        send.loop().key() + "/r1",
        new InteractionRecorded(
            from.responseId(),
            from.conversationId(),
            from.request(),
            from.response(),
            null,
            null,
            send.own("ada"),
            consent,
            null,
            List.of(),
            AT));
  }

  private Fate fate(String id) {
    return receipts.byId(send.loop(), id).getFirst().standing().fate();
  }

  private List<String> ready() {
    return examples.in(send.loop(), ExampleState.READY).stream()
        .map(one -> one.exampleId())
        .sorted()
        .toList();
  }

  private String splitOf(String feedback) {
    return sql.query(
            """
            select distinct x.split from example x join example_event using (row_id)
            where x.loop = ? and event_key like '%/' || ?
            """,
            row -> row.getString(1), send.loop().loop(), feedback)
        .getFirst();
  }
}
