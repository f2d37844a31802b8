package dev.whetstone.curation.erasure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.contracts.chat.ChatMessage;
import dev.whetstone.contracts.envelope.Event;
import dev.whetstone.contracts.event.FeedbackGiven;
import dev.whetstone.contracts.event.InteractionRecorded;
import dev.whetstone.contracts.feedback.FeedbackKind;
import dev.whetstone.curation.EventFeed;
import dev.whetstone.curation.TestClock;
import dev.whetstone.curation.TestEvents;
import dev.whetstone.curation.TestTexts;
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
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/** No text stays behind, whatever the order of events and however long they wait. */
@QuarkusTest
@WithTestResource(InfrastructureResource.class)
class WaitingFeedbackErasureTest {
  private static final Instant AT = TestClock.START;
  private static final Instant WATERMARK = AT.plusSeconds(1000);
  private static final Instant LATER = WATERMARK.plusSeconds(60);
  private static final String TEXT = "the words that must go";

  @Inject EventFeed feed;
  @Inject CurationReconciler reconciler;
  @Inject ReceiptRepository receipts;
  @Inject Sql sql;
  @Inject MutableClock clock;
  private TestEvents send;

  @BeforeEach
  void declareALoop(TestInfo test) {
    clock.set(LATER);
    send = TestEvents.of(test);
    feed.declare(send.declared(""));
  }

  @Test
  void shouldEraseFeedbackOnAnAnswerThatIsErasedAlready() {
    feed.take(interaction("ada"));
    erase("ada", null);

    feed.take(send.thumb("late", "r1", "bob", LATER, true), correction("f1", null, "bob", LATER));

    assertThat(fate("late")).isEqualTo(Fate.ERASED);
    assertThat(fate("f1")).isEqualTo(Fate.ERASED);
    assertThat(textLeft()).isZero();
    reconciler.reconcile();
    assertThat(fate("late")).isEqualTo(Fate.ERASED);
  }

  @Test
  void shouldEraseFeedbackThatWaitsForItsAnswerWithTheConversation() {
    feed.take(correction("f1", "c1", "bob", AT));
    assertThat(fate("f1")).isEqualTo(Fate.WAITING);

    erase(null, "c1");

    assertThat(fate("f1")).isEqualTo(Fate.ERASED);
    assertThat(textLeft()).isZero();
  }

  @Test
  void shouldEraseWhatWaitsForItsLoopWithTheConversation() {
    send = TestEvents.of("acme", send.loop().loop() + "x");
    feed.take(correction("f1", "c1", "bob", AT));

    erase(null, "c1");

    assertThat(fate("f1")).isEqualTo(Fate.ERASED);
    assertThat(textLeft()).isZero();
  }

  /** Feedback on an answer that is erased before it arrives must not wait with its text. */
  @Test
  void shouldEraseFeedbackOnAnAnswerThatIsErasedAtAdmission() {
    feed.take(correction("before", null, "bob", AT));
    erase("ada", null);
    feed.take(interaction("ada"));
    feed.take(correction("after", null, "bob", LATER));

    assertThat(fate("int-r1")).isEqualTo(Fate.ERASED);
    assertThat(fate("before")).isEqualTo(Fate.ERASED);
    assertThat(fate("after")).isEqualTo(Fate.ERASED);
    assertThat(textLeft()).isZero();
  }

  @Test
  void shouldKeepNoFeedbackOnAnAnswerWithoutConsent() {
    feed.take(correction("before", null, "bob", AT));
    var recorded = interaction("ada").data();
    feed.take(
        send.event(
            "int-r1",
            AT,
            "k",
            new InteractionRecorded(
                recorded.responseId(),
                recorded.conversationId(),
                recorded.request(),
                recorded.response(),
                null,
                null,
                send.own("ada"),
                new InteractionRecorded.ConsentGiven(false, "asked"),
                null,
                List.of(),
                AT)),
        correction("after", null, "bob", AT));

    assertThat(receipts.reasons(send.loop())).containsOnlyKeys("no-consent");
    assertThat(fate("before")).isEqualTo(Fate.REJECTED);
    assertThat(fate("after")).isEqualTo(Fate.REJECTED);
    assertThat(textLeft()).isZero();
  }

  @Test
  void shouldKeepNoDemonstrationWithoutConsent() {
    feed.declare(
        send.declared(
            "", 2, file -> file.replace("consent: {default: allow}", "consent: {default: deny}")));

    feed.take(
        feedback(
            "f1",
            null,
            null,
            FeedbackKind.DEMONSTRATION,
            null,
            InteractionRecorded.Request.of(List.of(ChatMessage.user("How?"))),
            ChatMessage.assistant(TEXT),
            "bob",
            AT));

    assertThat(receipts.reasons(send.loop())).containsOnlyKeys("no-consent");
    assertThat(textLeft()).isZero();
  }

  /** Of one tenant's erasure that cannot be carried out, another's must not have to wait. */
  @Test
  void shouldCarryOutAnErasureBehindOneThatFails() {
    var other = TestEvents.of("acme", send.loop().loop() + "x");
    feed.declare(other.declared(""));
    feed.take(correction("f1", "c1", "bob", AT));
    feed.take(other.erasure("era-" + other.loop().loop(), "eve", null, WATERMARK));
    clock.set(LATER.plusSeconds(1));
    feed.take(send.erasure("era-" + send.loop().loop(), "bob", null, WATERMARK));
    failErasuresOf(other);

    try {
      reconciler.reconcile();
      assertThat(fate("f1")).isEqualTo(Fate.ERASED);
      assertThat(openErasures(other)).isEqualTo(1);
    } finally {
      QuarkusTransaction.requiringNew()
          .run(() -> sql.update("drop trigger fail_erasure on erasure"));
    }
    reconciler.reconcile();
    assertThat(openErasures(other)).isZero();
  }

  private void failErasuresOf(TestEvents other) {
    QuarkusTransaction.requiringNew()
        .run(
            () -> {
              sql.update(
                  """
                  create or replace function fail_erasure() returns trigger language plpgsql as
                  $$ begin raise exception 'forced'; end $$
                  """);
              sql.update(
                  "create trigger fail_erasure before update on erasure for each row"
                      + " when (new.loop = '%s') execute function fail_erasure()"
                          .formatted(other.loop().loop()));
            });
  }

  private long openErasures(TestEvents of) {
    return sql.query(
            "select count(*) from erasure where loop = ? and erasure_id = ? and state = 'open'",
            row -> row.getLong(1),
            of.loop().loop(),
            "era-" + of.loop().loop())
        .getFirst();
  }

  private void erase(@Nullable String endUser, @Nullable String conversation) {
    feed.take(send.erasure("era-" + send.loop().loop(), endUser, conversation, WATERMARK));
    reconciler.reconcile();
  }

  private Event<InteractionRecorded> interaction(String endUser) {
    return send.interaction("r1", "c1", endUser, AT, TestTexts.question(1), TestTexts.badAnswer(1));
  }

  private Event<FeedbackGiven> correction(
      String id, @Nullable String conversation, String endUser, Instant at) {
    return feedback(id, "r1", conversation, FeedbackKind.CORRECTION, TEXT, null, null, endUser, at);
  }

  private Event<FeedbackGiven> feedback(
      String id,
      @Nullable String response,
      @Nullable String conversation,
      FeedbackKind kind,
      @Nullable String corrected,
      InteractionRecorded.@Nullable Request request,
      @Nullable ChatMessage answer,
      String endUser,
      Instant at) {
    return send.event(
        id,
        at,
        send.loop().key() + "/" + response,
        new FeedbackGiven(
            response,
            send.own(conversation),
            kind,
            null,
            null,
            null,
            corrected,
            null,
            null,
            request,
            answer,
            null,
            send.own(endUser),
            null,
            null,
            null,
            List.of(),
            at));
  }

  private Fate fate(String id) {
    return receipts.byId(send.loop(), id).getFirst().standing().fate();
  }

  private long textLeft() {
    return List.of("event", "interaction", "example").stream()
        .mapToLong(
            table ->
                sql.query(
                        "select count(*) from " + table + " where loop = ? and body like ?",
                        row -> row.getLong(1),
                        send.loop().loop(),
                        "%" + TEXT + "%")
                    .getFirst())
        .sum();
  }
}
