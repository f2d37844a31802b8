package dev.whetstone.curation.join;

import dev.whetstone.contracts.EventKey;
import dev.whetstone.contracts.batch.Split;
import dev.whetstone.contracts.event.FeedbackGiven;
import dev.whetstone.contracts.event.InteractionRecorded;
import dev.whetstone.curation.cap.FeedbackGroup;
import dev.whetstone.curation.cap.ResponseCapRule;
import dev.whetstone.curation.cap.ResponseFeedbackCounts;
import dev.whetstone.curation.cap.ResponseFeedbackCounts.ResponseTotal;
import dev.whetstone.curation.fate.DeadlineRule;
import dev.whetstone.curation.fate.EventStanding;
import dev.whetstone.curation.fate.Fate;
import dev.whetstone.curation.fate.Receipt;
import dev.whetstone.curation.fate.Receipt.Phase;
import dev.whetstone.curation.tombstone.PseudonymDigests;
import dev.whetstone.curation.tombstone.Tombstone;
import dev.whetstone.kit.loop.DeclaredLoop;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The state of one call of {@link EventJoin}: what it reads before it begins, and what it collects
 * before it writes.
 */
final class JoinBatch {
  final DeclaredLoop loop;
  private final Instant now;
  private final Duration backlog;
  final Map<String, InteractionHead> locked;
  final Map<String, Split> splits;
  final Map<String, Tombstone> tombstones;
  final ResponseFeedbackCounts feedback;
  final Map<String, Interaction> changed = new HashMap<>();
  final Map<EventKey, Receipt> receipts = new LinkedHashMap<>();
  final List<ExampleOrigin> touched = new ArrayList<>();

  JoinBatch(
      DeclaredLoop loop,
      Instant now,
      Map<String, InteractionHead> locked,
      Map<String, Split> splits,
      Map<String, Tombstone> tombstones,
      ResponseFeedbackCounts feedback,
      Duration backlog) {
    this.loop = loop;
    this.now = now;
    this.backlog = backlog;
    this.locked = locked;
    this.splits = splits;
    this.tombstones = tombstones;
    this.feedback = feedback;
  }

  Split split(String subject) {
    return Objects.requireNonNull(splits.get(subject), subject);
  }

  Instant joinDeadline(IncomingEvent event) {
    return DeadlineRule.ofWaiting(
        event.receivedAt(), loop.spec().spec().curation().joinWindow(), backlog, now);
  }

  boolean erased(IncomingEvent event, PseudonymDigests pseudonyms) {
    return Stream.of(event.endUserDigest(), conversationDigest(event, pseudonyms))
        .filter(Objects::nonNull)
        .map(tombstones::get)
        .anyMatch(tombstone -> tombstone != null && tombstone.covers(event.receivedAt()));
  }

  /** Counts feedback on a response, unless it is over a bound: then it gives that fate. */
  @Nullable EventStanding count(ResponseCapRule rule, IncomingEvent event, FeedbackGiven given) {
    if (given.responseId() == null) {
      return null;
    }
    var group = FeedbackGroup.of(given.responseId(), event.key().source(), given);
    ResponseTotal total = feedback.total(given.responseId());
    long bytes = event.body().getBytes(StandardCharsets.UTF_8).length;
    EventStanding refused =
        rule.refusal(feedback.sameKind(group), total.events(), total.bytes(), bytes, group.what());
    if (refused == null) {
      feedback.add(group, bytes);
    }
    return refused;
  }

  static @Nullable String conversationDigest(IncomingEvent event, PseudonymDigests pseudonyms) {
    String id = event.conversationId();
    return id == null ? null : pseudonyms.conversation(event.key().loop().tenant(), id);
  }

  void open(
      IncomingEvent event,
      @Nullable String subject,
      EventStanding standing,
      @Nullable EventKey target) {
    boolean ownText = !(event.data() instanceof InteractionRecorded);
    put(event, subject, standing, Phase.OPEN, target, ownText ? event.body() : null);
  }

  void close(IncomingEvent event, @Nullable String subject, EventStanding standing) {
    put(event, subject, standing, Phase.CLOSED, null, null);
  }

  private void put(
      IncomingEvent event,
      @Nullable String subject,
      EventStanding standing,
      Phase phase,
      @Nullable EventKey target,
      @Nullable String body) {
    boolean isErased = standing.fate() == Fate.ERASED;
    receipts.put(
        event.key(),
        new Receipt(
            event.key(),
            event.kind(),
            event.responseId(),
            isErased ? null : subject,
            isErased ? null : event.endUserDigest(),
            event.receivedAt(),
            event.occurredAt(),
            joinDeadline(event),
            standing,
            phase,
            target,
            body,
            event.sender()));
  }
}
