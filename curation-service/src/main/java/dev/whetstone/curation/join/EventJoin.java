package dev.whetstone.curation.join;

import dev.whetstone.contracts.EventKey;
import dev.whetstone.contracts.event.EndUserErased;
import dev.whetstone.contracts.event.FeedbackContent;
import dev.whetstone.contracts.event.FeedbackGiven;
import dev.whetstone.contracts.event.FeedbackRetracted;
import dev.whetstone.contracts.event.InteractionRecorded;
import dev.whetstone.curation.cap.ResponseCapRule;
import dev.whetstone.curation.cap.ResponseFeedbackConfig;
import dev.whetstone.curation.cap.ResponseFeedbackCounts.ResponseTotal;
import dev.whetstone.curation.cap.ResponseFeedbackRepository;
import dev.whetstone.curation.chain.ReasonCodes;
import dev.whetstone.curation.fate.EventStanding;
import dev.whetstone.curation.fate.ReceiptRepository;
import dev.whetstone.curation.form.SplitRule;
import dev.whetstone.curation.tombstone.PseudonymDigests;
import dev.whetstone.kit.loop.DeclaredLoop;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Takes in interactions, feedback and retractions of one loop in any order: writes their receipts,
 * joins them, and has examples formed from those that are complete.
 */
@ApplicationScoped
public class EventJoin {
  private final ReceiptRepository receipts;
  private final InteractionRepository interactions;
  private final PseudonymDigests pseudonyms;
  private final JoinBatchReader batches;
  private final RetractionHandler retractions;
  private final OriginResolver resolver;
  private final ResponseFeedbackRepository responseFeedback;
  private final ResponseCapRule caps;

  public EventJoin(
      ReceiptRepository receipts,
      InteractionRepository interactions,
      PseudonymDigests pseudonyms,
      JoinBatchReader batches,
      RetractionHandler retractions,
      OriginResolver resolver,
      ResponseFeedbackRepository responseFeedback,
      ResponseFeedbackConfig config) {
    this.receipts = receipts;
    this.interactions = interactions;
    this.pseudonyms = pseudonyms;
    this.batches = batches;
    this.retractions = retractions;
    this.resolver = resolver;
    this.responseFeedback = responseFeedback;
    this.caps =
        new ResponseCapRule(config.maxSameKind(), config.maxFeedback(), config.maxFeedbackBytes());
  }

  /** In the caller's transaction, which holds the loop's erasure lock. */
  public void admit(DeclaredLoop loop, List<IncomingEvent> events) {
    JoinBatch batch = batches.read(loop, events);
    for (IncomingEvent event : events) {
      switch (event.data()) {
        case InteractionRecorded interaction -> interaction(batch, event, interaction);
        case FeedbackGiven feedback -> feedback(batch, event, feedback);
        case FeedbackRetracted retracted -> retraction(batch, event, retracted);
        case EndUserErased _ ->
            throw new IllegalStateException("an erasure is not joined: " + event.key());
      }
    }
    interactions.put(loop.id(), batch.changed.values());
    responseFeedback.add(loop.id(), batch.feedback);
    receipts.record(batch.receipts.values());
    Set<ExampleOrigin> origins = retractions.carryOut(loop.id(), batch.receipts.keySet());
    origins.addAll(batch.touched);
    resolver.resolve(loop, origins);
  }

  private void interaction(JoinBatch batch, IncomingEvent event, InteractionRecorded recorded) {
    InteractionHead existing = Objects.requireNonNull(batch.locked.get(recorded.responseId()));
    String subject = subject(event);
    if (batch.erased(event, pseudonyms)) {
      batch.close(event, subject, EventStanding.erased());
      if (!existing.known()) {
        known(batch, erased(batch, event, recorded.responseId(), subject));
      }
      return;
    }
    if (existing.known()) {
      String detail = "response " + recorded.responseId() + " was recorded by another event before";
      batch.close(event, subject, EventStanding.rejected(ReasonCodes.DUPLICATE, detail));
      return;
    }
    boolean consent = ConsentRule.given(batch.loop.spec(), recorded.consent());
    var known =
        new Interaction(
            recorded.responseId(),
            event.key(),
            subject,
            recorded.conversationId(),
            batch.split(subject),
            event.endUserDigest(),
            event.receivedAt(),
            consent,
            consent ? recorded : null);
    known(batch, known);
    if (consent) {
      Instant deadline = batch.joinDeadline(event);
      batch.open(
          event, subject, EventStanding.waiting("feedback", "waits for feedback", deadline), null);
    } else {
      batch.close(
          event, subject, EventStanding.rejected(ReasonCodes.NO_CONSENT, ConsentRule.REFUSED));
    }
  }

  private static void known(JoinBatch batch, Interaction known) {
    batch.locked.put(
        known.responseId(),
        new InteractionHead(known.responseId(), true, known.receivedAt(), 0, ResponseTotal.NONE));
    batch.changed.put(known.responseId(), known);
    batch.touched.add(ExampleOrigin.response(known.responseId()));
  }

  /** The row without text, as after an erasure, so that feedback on it does not wait. */
  private static Interaction erased(
      JoinBatch batch, IncomingEvent event, String responseId, String subject) {
    return new Interaction(
        responseId,
        event.key(),
        null,
        null,
        batch.split(subject),
        null,
        event.receivedAt(),
        true,
        null);
  }

  private void feedback(JoinBatch batch, IncomingEvent event, FeedbackGiven feedback) {
    // Also set for feedback on an answer, so that erasing its conversation finds it while it waits.
    boolean ownSubject =
        feedback.responseId() == null
            || feedback.conversationId() != null
            || OriginResolver.standsAlone(feedback);
    String subject = ownSubject ? subject(event) : null;
    EventStanding refused = refusal(batch, event, feedback);
    if (refused == null) {
      refused = batch.count(caps, event, feedback);
    }
    if (refused != null) {
      batch.close(event, subject, refused);
      return;
    }
    EventKey target =
        feedback.supersedes() == null
            ? null
            : new EventKey(batch.loop.id(), event.key().source(), feedback.supersedes());
    Instant deadline = batch.joinDeadline(event);
    if (feedback.responseId() != null) {
      batch.open(event, subject, waitsForInteraction(feedback.responseId(), deadline), target);
      batch.touched.add(ExampleOrigin.response(feedback.responseId()));
    } else if (OriginResolver.standsAlone(feedback)) {
      batch.open(
          event, subject, EventStanding.waiting("curation", "is being judged", deadline), target);
      batch.touched.add(ExampleOrigin.alone(event.key()));
    } else if (feedback.conversationId() == null) {
      String detail = "a " + event.kind() + " needs the answer it is about; send responseId";
      batch.close(event, subject, EventStanding.rejected(ReasonCodes.UNKNOWN_RESPONSE, detail));
    } else if (batch.splits.containsKey(Objects.requireNonNull(subject))) {
      batch.open(event, subject, EventStanding.context(OriginResolver.WHOLE_CONVERSATION), target);
    } else {
      String detail = "waits for the first interaction of its conversation";
      batch.open(event, subject, EventStanding.waiting("conversation", detail, deadline), target);
    }
  }

  private @Nullable EventStanding refusal(
      JoinBatch batch, IncomingEvent event, FeedbackGiven feedback) {
    if (batch.erased(event, pseudonyms)) {
      return EventStanding.erased();
    }
    try {
      FeedbackContent ignored = FeedbackContent.of(feedback);
    } catch (FeedbackContent.InvalidFeedback e) {
      return EventStanding.rejected("malformed", e.pointer() + ": " + e.getMessage());
    }
    boolean decidesAlone = feedback.responseId() == null && OriginResolver.standsAlone(feedback);
    decidesAlone |= feedback.consent() != null;
    if (decidesAlone && !ConsentRule.given(batch.loop.spec(), feedback.consent())) {
      return EventStanding.rejected(ReasonCodes.NO_CONSENT, ConsentRule.REFUSED);
    }
    InteractionHead existing =
        feedback.responseId() == null ? null : batch.locked.get(feedback.responseId());
    if (existing != null
        && existing.receivedAt() != null
        && !OriginResolver.standsAlone(feedback)) {
      Instant last = existing.receivedAt().plus(batch.loop.spec().spec().curation().joinWindow());
      if (event.receivedAt().isAfter(last)) {
        return EventStanding.rejected(
            ReasonCodes.JOIN_WINDOW, "arrived after the join window, which closed at " + last);
      }
    }
    return null;
  }

  private void retraction(JoinBatch batch, IncomingEvent event, FeedbackRetracted retracted) {
    var target = new EventKey(batch.loop.id(), retracted.source(), retracted.id());
    if (!retracted.source().equals(event.key().source())) {
      String detail =
          "feedback of source " + retracted.source() + " can only be retracted by that source";
      batch.close(event, null, EventStanding.rejected("other-source", detail));
      return;
    }
    String detail = "waits for the feedback it retracts";
    batch.open(
        event, null, EventStanding.waiting("feedback", detail, batch.joinDeadline(event)), target);
  }

  static EventStanding waitsForInteraction(String responseId, Instant deadline) {
    return EventStanding.waiting(
        "interaction", "waits for the interaction of response " + responseId, deadline);
  }

  static String subject(IncomingEvent event) {
    String own = event.responseId() == null ? event.key().text() : event.responseId();
    return SplitRule.subject(event.conversationId(), event.endUserDigest(), own);
  }
}
