package dev.whetstone.curation.join;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.batch.Split;
import dev.whetstone.contracts.event.EventKey;
import dev.whetstone.contracts.event.FeedbackContent;
import dev.whetstone.contracts.event.FeedbackGiven;
import dev.whetstone.contracts.event.FeedbackRetracted;
import dev.whetstone.contracts.event.InteractionRecorded;
import dev.whetstone.curation.chain.Reasons;
import dev.whetstone.curation.fate.Receipts;
import dev.whetstone.curation.fate.Standing;
import dev.whetstone.curation.split.SplitRule;
import dev.whetstone.curation.tombstone.Pseudonyms;
import dev.whetstone.curation.tombstone.Tombstone;
import dev.whetstone.curation.tombstone.Tombstones;
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
public class Join {
  private final Receipts receipts;
  private final Interactions interactions;
  private final Tombstones tombstones;
  private final Pseudonyms pseudonyms;
  private final SplitShares splitShares;
  private final Retractions retractions;
  private final Resolver resolver;
  private final Clock clock;

  public Join(
      Receipts receipts,
      Interactions interactions,
      Tombstones tombstones,
      Pseudonyms pseudonyms,
      SplitShares splitShares,
      Retractions retractions,
      Resolver resolver,
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
  public void admit(DeclaredLoop loop, List<Incoming> events) {
    var responses = new TreeSet<String>();
    events.stream().map(Incoming::responseId).filter(Objects::nonNull).forEach(responses::add);
    var gathering =
        new Gathering(
            loop,
            clock.instant(),
            interactions.meet(loop.id(), responses),
            splits(loop, events),
            tombstones(loop.id(), events));
    for (Incoming event : events) {
      switch (event.data()) {
        case InteractionRecorded interaction -> interaction(gathering, event, interaction);
        case FeedbackGiven feedback -> feedback(gathering, event, feedback);
        case FeedbackRetracted retracted -> retraction(gathering, event, retracted);
        default -> throw new IllegalStateException("not feedback: " + event.key());
      }
    }
    interactions.put(loop.id(), gathering.changed.values());
    receipts.record(gathering.receipts.values());
    Set<Origin> origins = retractions.carryOut(loop.id(), gathering.receipts.keySet());
    origins.addAll(gathering.touched);
    resolver.resolve(loop, origins);
  }

  private void interaction(Gathering gathering, Incoming event, InteractionRecorded recorded) {
    Interaction met = Objects.requireNonNull(gathering.met.get(recorded.responseId()));
    String subject = subject(event);
    if (gathering.erased(event, pseudonyms)) {
      gathering.close(event, subject, Standing.erased());
      if (!met.known()) {
        known(gathering, erased(gathering, event, recorded.responseId(), subject));
      }
      return;
    }
    if (met.known()) {
      String detail = "response " + recorded.responseId() + " was recorded by another event before";
      gathering.close(event, subject, Standing.rejected(Reasons.DUPLICATE, detail));
      return;
    }
    boolean consent = Consent.given(gathering.loop.spec(), recorded.consent());
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
          event, subject, Standing.waiting("feedback", "waits for feedback", deadline), null);
    } else {
      gathering.close(event, subject, Standing.rejected(Reasons.NO_CONSENT, Consent.REFUSED));
    }
  }

  private static void known(Gathering gathering, Interaction known) {
    gathering.met.put(known.responseId(), known);
    gathering.changed.put(known.responseId(), known);
    gathering.touched.add(Origin.response(known.responseId()));
  }

  /** What stays of it, as after a sweep, so that feedback on it does not wait with its text. */
  private static Interaction erased(
      Gathering gathering, Incoming event, String responseId, String subject) {
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

  private void feedback(Gathering gathering, Incoming event, FeedbackGiven feedback) {
    // Of feedback on an answer, too, so that the erasure of a conversation finds it while it waits.
    boolean ownSubject =
        feedback.responseId() == null
            || feedback.conversationId() != null
            || Resolver.standsAlone(feedback);
    String subject = ownSubject ? subject(event) : null;
    Standing refused = refusal(gathering, event, feedback);
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
      gathering.touched.add(Origin.response(feedback.responseId()));
    } else if (Resolver.standsAlone(feedback)) {
      gathering.open(
          event, subject, Standing.waiting("curation", "is being judged", deadline), target);
      gathering.touched.add(Origin.alone(event.key()));
    } else if (feedback.conversationId() == null) {
      String detail = "a " + event.kind() + " needs the answer it is about; send responseId";
      gathering.close(event, subject, Standing.rejected(Reasons.UNKNOWN_RESPONSE, detail));
    } else if (gathering.splits.containsKey(Objects.requireNonNull(subject))) {
      gathering.open(event, subject, Standing.context(Resolver.WHOLE_CONVERSATION), target);
    } else {
      String detail = "waits for the first interaction of its conversation";
      gathering.open(event, subject, Standing.waiting("conversation", detail, deadline), target);
    }
  }

  private @Nullable Standing refusal(Gathering gathering, Incoming event, FeedbackGiven feedback) {
    if (gathering.erased(event, pseudonyms)) {
      return Standing.erased();
    }
    try {
      FeedbackContent ignored = FeedbackContent.of(feedback);
    } catch (FeedbackContent.InvalidFeedback e) {
      return Standing.rejected("malformed", e.pointer() + ": " + e.getMessage());
    }
    boolean decidesAlone = feedback.responseId() == null && Resolver.standsAlone(feedback);
    decidesAlone |= feedback.consent() != null;
    if (decidesAlone && !Consent.given(gathering.loop.spec(), feedback.consent())) {
      return Standing.rejected(Reasons.NO_CONSENT, Consent.REFUSED);
    }
    Interaction met =
        feedback.responseId() == null ? null : gathering.met.get(feedback.responseId());
    if (met != null && met.receivedAt() != null && !Resolver.standsAlone(feedback)) {
      Instant last = met.receivedAt().plus(gathering.loop.spec().spec().curation().joinWindow());
      if (event.receivedAt().isAfter(last)) {
        return Standing.rejected(
            Reasons.JOIN_WINDOW, "came after the join window, which closed at " + last);
      }
    }
    return null;
  }

  private void retraction(Gathering gathering, Incoming event, FeedbackRetracted retracted) {
    var target = new EventKey(gathering.loop.id(), retracted.source(), retracted.id());
    if (!retracted.source().equals(event.key().source())) {
      String detail = "feedback of source " + retracted.source() + " can only be taken back by it";
      gathering.close(event, null, Standing.rejected("other-source", detail));
      return;
    }
    String detail = "waits for the feedback it takes back";
    gathering.open(
        event, null, Standing.waiting("feedback", detail, gathering.joinDeadline(event)), target);
  }

  static Standing waitsForInteraction(String responseId, Instant deadline) {
    return Standing.waiting(
        "interaction", "waits for the interaction of response " + responseId, deadline);
  }

  /** Splits of the conversations that these events make known, and of those known before. */
  private Map<String, Split> splits(DeclaredLoop loop, List<Incoming> events) {
    Map<String, Split> proposed = new TreeMap<>();
    var shares = splitShares.of(loop);
    for (Incoming event : events) {
      boolean makesKnown =
          event.data() instanceof InteractionRecorded
              || (event.data() instanceof FeedbackGiven feedback && Resolver.standsAlone(feedback));
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
            .map(Join::subject)
            .filter(subject -> !splits.containsKey(subject))
            .toList();
    splits.putAll(interactions.splits(loop.id(), others));
    return splits;
  }

  private Map<String, Tombstone> tombstones(LoopId loop, List<Incoming> events) {
    List<String> digests =
        events.stream()
            .flatMap(
                event ->
                    Stream.of(
                        event.endUserDigest(), Gathering.conversationDigest(event, pseudonyms)))
            .filter(Objects::nonNull)
            .distinct()
            .toList();
    return tombstones.find(loop, digests);
  }

  private static String subject(Incoming event) {
    String own = event.responseId() == null ? event.key().text() : event.responseId();
    return SplitRule.subject(event.conversationId(), event.endUserDigest(), own);
  }
}
