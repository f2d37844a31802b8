package dev.whetstone.curation.join;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.batch.Split;
import dev.whetstone.contracts.event.FeedbackGiven;
import dev.whetstone.contracts.event.InteractionRecorded;
import dev.whetstone.curation.cap.FeedbackGroup;
import dev.whetstone.curation.cap.ResponseFeedbackCounts;
import dev.whetstone.curation.cap.ResponseFeedbackCounts.ResponseTotal;
import dev.whetstone.curation.cap.ResponseFeedbackRepository;
import dev.whetstone.curation.fate.WaitingConfig;
import dev.whetstone.curation.form.SplitRule;
import dev.whetstone.curation.tombstone.PseudonymDigests;
import dev.whetstone.curation.tombstone.Tombstone;
import dev.whetstone.curation.tombstone.TombstoneRepository;
import dev.whetstone.kit.loop.DeclaredLoop;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Reads, and locks, what {@link EventJoin} needs to know of some events before it begins. */
@ApplicationScoped
class JoinBatchReader {
  private final InteractionRepository interactions;
  private final TombstoneRepository tombstones;
  private final PseudonymDigests pseudonyms;
  private final SplitShares splitShares;
  private final ResponseFeedbackRepository responseFeedback;
  private final WaitingConfig waiting;
  private final Clock clock;

  JoinBatchReader(
      InteractionRepository interactions,
      TombstoneRepository tombstones,
      PseudonymDigests pseudonyms,
      SplitShares splitShares,
      ResponseFeedbackRepository responseFeedback,
      WaitingConfig waiting,
      Clock clock) {
    this.interactions = interactions;
    this.tombstones = tombstones;
    this.pseudonyms = pseudonyms;
    this.splitShares = splitShares;
    this.responseFeedback = responseFeedback;
    this.waiting = waiting;
    this.clock = clock;
  }

  /** Locks the rows of the events' responses until the transaction ends. */
  JoinBatch read(DeclaredLoop loop, List<IncomingEvent> events) {
    var responses = new TreeSet<String>();
    events.stream().map(IncomingEvent::responseId).filter(Objects::nonNull).forEach(responses::add);
    Map<String, InteractionHead> locked = interactions.lockOrCreate(loop.id(), responses);
    return new JoinBatch(
        loop,
        clock.instant(),
        locked,
        splits(loop, events),
        tombstones(loop.id(), events),
        feedbackCounts(loop.id(), events, locked),
        waiting.backlog());
  }

  /** Splits of the conversations that these events begin, and of those that have one already. */
  private Map<String, Split> splits(DeclaredLoop loop, List<IncomingEvent> events) {
    Map<String, Split> proposed = new TreeMap<>();
    var shares = splitShares.of(loop);
    for (IncomingEvent event : events) {
      boolean makesKnown =
          event.data() instanceof InteractionRecorded
              || (event.data() instanceof FeedbackGiven feedback
                  && OriginResolver.standsAlone(feedback));
      if (makesKnown) {
        String subject = EventJoin.subject(event);
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

  private ResponseFeedbackCounts feedbackCounts(
      LoopId loop, List<IncomingEvent> events, Map<String, InteractionHead> locked) {
    List<FeedbackGroup> groups = new ArrayList<>();
    for (IncomingEvent event : events) {
      if (event.data() instanceof FeedbackGiven given && given.responseId() != null) {
        groups.add(FeedbackGroup.of(given.responseId(), event.key().source(), given));
      }
    }
    Map<String, ResponseTotal> totals = new HashMap<>();
    locked.forEach((responseId, head) -> totals.put(responseId, head.feedback()));
    return responseFeedback.read(loop, groups, totals);
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
}
