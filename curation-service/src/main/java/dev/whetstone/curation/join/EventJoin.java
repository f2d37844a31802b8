package dev.whetstone.curation.join;

import dev.whetstone.contracts.EventKey;
import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.batch.Split;
import dev.whetstone.contracts.event.EndUserErased;
import dev.whetstone.contracts.event.FeedbackContent;
import dev.whetstone.contracts.event.FeedbackGiven;
import dev.whetstone.contracts.event.FeedbackRetracted;
import dev.whetstone.contracts.event.InteractionRecorded;
import dev.whetstone.curation.chain.ReasonCodes;
import dev.whetstone.curation.fate.EventStanding;
import dev.whetstone.curation.fate.ReceiptRepository;
import dev.whetstone.curation.form.SplitRule;
import dev.whetstone.curation.tombstone.PseudonymDigests;
import dev.whetstone.curation.tombstone.Tombstone;
import dev.whetstone.curation.tombstone.TombstoneRepository;
import dev.whetstone.kit.loop.DeclaredLoop;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Takes interactions, feedback and retractions of one loop in, in whatever order they come: writes
 * their receipts, joins them, and has examples formed of what is complete.
 */
@ApplicationScoped
public class EventJoin {
  private final ReceiptRepository receipts;
  private final InteractionRepository interactions;
  private final TombstoneRepository tombstones;
  private final PseudonymDigests pseudonyms;
  private final SplitShares splitShares;
  private final RetractionHandler retractions;
  private final OriginResolver resolver;
  private final Clock clock;

  public EventJoin(
      ReceiptRepository receipts,
      InteractionRepository interactions,
      TombstoneRepository tombstones,
      PseudonymDigests pseudonyms,
      SplitShares splitShares,
      RetractionHandler retractions,
      OriginResolver resolver,
      Clock clock) {
    this.receipts = receipts;
    this.interactions = interactions;
    this.tombstones = tombstones;
    this.pseudonyms = pseudonyms;
    this.splitShares = splitShares;
    this.retractions = retractions;
    this.resolver = resolver;
    this.clock = clock;
  }

  /** In the caller's transaction, which holds the loop's erasure lock. */
  public void admit(DeclaredLoop loop, List<IncomingEvent> events) {
    var responses = new TreeSet<String>();
    events.stream().map(IncomingEvent::responseId).filter(Objects::nonNull).forEach(responses::add);
    var gathering =
        new JoinBatch(
            loop,
            clock.instant(),
            interactions.meet(loop.id(), responses),
            splits(loop, events),
            tombstones(loop.id(), events));
    for (IncomingEvent event : events) {
      switch (event.data()) {
        case InteractionRecorded interaction -> interaction(gathering, event, interaction);
        case FeedbackGiven feedback -> feedback(gathering, event, feedback);
        case FeedbackRetracted retracted -> retraction(gathering, event, retracted);
        case EndUserErased _ ->
            throw new IllegalStateException("an erasure is not joined: " + event.key());
      }
    }
    interactions.put(loop.id(), gathering.changed.values());
    receipts.record(gathering.receipts.values());
    Set<ExampleOrigin> origins = retractions.carryOut(loop.id(), gathering.receipts.keySet());
    origins.addAll(gathering.touched);
    resolver.resolve(loop, origins);
  }

  private void interaction(JoinBatch gathering, IncomingEvent event, InteractionRecorded recorded) {
    Interaction met = Objects.requireNonNull(gathering.met.get(recorded.responseId()));
    String subject = subject(event);
    if (gathering.erased(event, pseudonyms)) {
      gathering.close(event, subject, EventStanding.erased());
      if (!met.known()) {
        known(gathering, erased(gathering, event, recorded.responseId(), subject));
      }
      return;
    }
    if (met.known()) {
      String detail = "response " + recorded.responseId() + " was recorded by another event before";
      gathering.close(event, subject, EventStanding.rejected(ReasonCodes.DUPLICATE, detail));
      return;
    }
    boolean consent = ConsentRule.given(gathering.loop.spec(), recorded.consent());
    var known =
        new Interaction(
            recorded.responseId(),
            event.key(),
            subject,
            recorded.conversationId(),
            gathering.split(subject),
            event.endUserDigest(),
            event.receivedAt(),
            consent,
            consent ? recorded : null);
    known(gathering, known);
    if (consent) {
      Instant deadline = gathering.joinDeadline(event);
      gathering.open(
          event, subject, EventStanding.waiting("feedback", "waits for feedback", deadline), null);
    } else {
      gathering.close(
          event, subject, EventStanding.rejected(ReasonCodes.NO_CONSENT, ConsentRule.REFUSED));
    }
  }

  private static void known(JoinBatch gathering, Interaction known) {
    gathering.met.put(known.responseId(), known);
    gathering.changed.put(known.responseId(), known);
    gathering.touched.add(ExampleOrigin.response(known.responseId()));
  }

  /** What stays of it, as after a sweep, so that feedback on it does not wait with its text. */
  private static Interaction erased(
      JoinBatch gathering, IncomingEvent event, String responseId, String subject) {
    return new Interaction(
        responseId,
        event.key(),
        subject,
        null,
        gathering.split(subject),
        null,
        event.receivedAt(),
        true,
        null);
  }

  private void feedback(JoinBatch gathering, IncomingEvent event, FeedbackGiven feedback) {
    // Of feedback on an answer, too, so that the erasure of a conversation finds it while it waits.
    boolean ownSubject =
        feedback.responseId() == null
            || feedback.conversationId() != null
            || OriginResolver.standsAlone(feedback);
    String subject = ownSubject ? subject(event) : null;
    EventStanding refused = refusal(gathering, event, feedback);
    if (refused != null) {
      gathering.close(event, subject, refused);
      return;
    }
    EventKey target =
        feedback.supersedes() == null
            ? null
            : new EventKey(gathering.loop.id(), event.key().source(), feedback.supersedes());
    Instant deadline = gathering.joinDeadline(event);
    if (feedback.responseId() != null) {
      gathering.open(event, subject, waitsForInteraction(feedback.responseId(), deadline), target);
      gathering.touched.add(ExampleOrigin.response(feedback.responseId()));
    } else if (OriginResolver.standsAlone(feedback)) {
      gathering.open(
          event, subject, EventStanding.waiting("curation", "is being judged", deadline), target);
      gathering.touched.add(ExampleOrigin.alone(event.key()));
    } else if (feedback.conversationId() == null) {
      String detail = "a " + event.kind() + " needs the answer it is about; send responseId";
      gathering.close(event, subject, EventStanding.rejected(ReasonCodes.UNKNOWN_RESPONSE, detail));
    } else if (gathering.splits.containsKey(Objects.requireNonNull(subject))) {
      gathering.open(
          event, subject, EventStanding.context(OriginResolver.WHOLE_CONVERSATION), target);
    } else {
      String detail = "waits for the first interaction of its conversation";
      gathering.open(
          event, subject, EventStanding.waiting("conversation", detail, deadline), target);
    }
  }

  private @Nullable EventStanding refusal(
      JoinBatch gathering, IncomingEvent event, FeedbackGiven feedback) {
    if (gathering.erased(event, pseudonyms)) {
      return EventStanding.erased();
    }
    try {
      FeedbackContent ignored = FeedbackContent.of(feedback);
    } catch (FeedbackContent.InvalidFeedback e) {
      return EventStanding.rejected("malformed", e.pointer() + ": " + e.getMessage());
    }
    boolean decidesAlone = feedback.responseId() == null && OriginResolver.standsAlone(feedback);
    decidesAlone |= feedback.consent() != null;
    if (decidesAlone && !ConsentRule.given(gathering.loop.spec(), feedback.consent())) {
      return EventStanding.rejected(ReasonCodes.NO_CONSENT, ConsentRule.REFUSED);
    }
    Interaction met =
        feedback.responseId() == null ? null : gathering.met.get(feedback.responseId());
    if (met != null && met.receivedAt() != null && !OriginResolver.standsAlone(feedback)) {
      Instant last = met.receivedAt().plus(gathering.loop.spec().spec().curation().joinWindow());
      if (event.receivedAt().isAfter(last)) {
        return EventStanding.rejected(
            ReasonCodes.JOIN_WINDOW, "came after the join window, which closed at " + last);
      }
    }
    return null;
  }

  private void retraction(JoinBatch gathering, IncomingEvent event, FeedbackRetracted retracted) {
    var target = new EventKey(gathering.loop.id(), retracted.source(), retracted.id());
    if (!retracted.source().equals(event.key().source())) {
      String detail = "feedback of source " + retracted.source() + " can only be taken back by it";
      gathering.close(event, null, EventStanding.rejected("other-source", detail));
      return;
    }
    String detail = "waits for the feedback it takes back";
    gathering.open(
        event,
        null,
        EventStanding.waiting("feedback", detail, gathering.joinDeadline(event)),
        target);
  }

  static EventStanding waitsForInteraction(String responseId, Instant deadline) {
    return EventStanding.waiting(
        "interaction", "waits for the interaction of response " + responseId, deadline);
  }

  /** Splits of the conversations that these events make known, and of those known before. */
  private Map<String, Split> splits(DeclaredLoop loop, List<IncomingEvent> events) {
    Map<String, Split> proposed = new TreeMap<>();
    var shares = splitShares.of(loop);
    for (IncomingEvent event : events) {
      boolean makesKnown =
          event.data() instanceof InteractionRecorded
              || (event.data() instanceof FeedbackGiven feedback
                  && OriginResolver.standsAlone(feedback));
      if (makesKnown) {
        String subject = subject(event);
        proposed.put(
            subject,
            SplitRule.of(pseudonyms.derivedKey("split"), loop.id().key(), subject, shares));
      }
    }
    Map<String, Split> splits = interactions.decideSplits(loop.id(), proposed);
    List<String> others =
        events.stream()
            .filter(event -> event.conversationId() != null)
            .map(EventJoin::subject)
            .filter(subject -> !splits.containsKey(subject))
            .toList();
    splits.putAll(interactions.splits(loop.id(), others));
    return splits;
  }

  private Map<String, Tombstone> tombstones(LoopId loop, List<IncomingEvent> events) {
    List<String> digests =
        events.stream()
            .flatMap(
                event ->
                    Stream.of(
                        event.endUserDigest(), JoinBatch.conversationDigest(event, pseudonyms)))
            .filter(Objects::nonNull)
            .distinct()
            .toList();
    return tombstones.find(loop, digests);
  }

  private static String subject(IncomingEvent event) {
    String own = event.responseId() == null ? event.key().text() : event.responseId();
    return SplitRule.subject(event.conversationId(), event.endUserDigest(), own);
  }
}
