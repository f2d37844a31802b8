package dev.whetstone.curation.intake;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.envelope.Event;
import dev.whetstone.contracts.event.EndUserErased;
import dev.whetstone.contracts.event.EventData.FeedbackEvent;
import dev.whetstone.curation.erasure.ErasureRepository;
import dev.whetstone.curation.fate.DeadlineRule;
import dev.whetstone.curation.fate.EventStanding;
import dev.whetstone.curation.fate.Receipt;
import dev.whetstone.curation.fate.ReceiptRepository;
import dev.whetstone.curation.fate.ResentEventRepository;
import dev.whetstone.curation.fate.WaitingConfig;
import dev.whetstone.curation.form.OpinionTimeRule;
import dev.whetstone.curation.form.SplitRule;
import dev.whetstone.curation.join.EventJoin;
import dev.whetstone.curation.join.IncomingEvent;
import dev.whetstone.curation.join.InteractionHead;
import dev.whetstone.curation.join.InteractionRepository;
import dev.whetstone.curation.tombstone.PseudonymDigests;
import dev.whetstone.curation.tombstone.Tombstone;
import dev.whetstone.curation.tombstone.TombstoneRepository;
import dev.whetstone.kit.inbox.EventEffect;
import dev.whetstone.kit.inbox.EventLoad;
import dev.whetstone.kit.inbox.ReceivedEvent;
import dev.whetstone.kit.inbox.ResentEvent;
import dev.whetstone.kit.loop.DeclaredLoop;
import dev.whetstone.kit.loop.DeclaredLoopRepository;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Applies fresh events of the feedback topic per loop. Parks those of undeclared loops. */
@ApplicationScoped
public class FeedbackIntake implements EventEffect<FeedbackEvent> {
  /** How long an event waits for its loop's declaration. */
  static final Duration PARKING = Duration.ofDays(7);

  private final DeclaredLoopRepository loops;
  private final EventJoin join;
  private final InteractionRepository interactions;
  private final ErasureRepository erasures;
  private final ReceiptRepository receipts;
  private final ResentEventRepository resentEvents;
  private final TombstoneRepository tombstones;
  private final PseudonymDigests pseudonyms;
  private final WaitingConfig waiting;
  private final Clock clock;

  public FeedbackIntake(
      DeclaredLoopRepository loops,
      EventJoin join,
      InteractionRepository interactions,
      ErasureRepository erasures,
      ReceiptRepository receipts,
      ResentEventRepository resentEvents,
      TombstoneRepository tombstones,
      PseudonymDigests pseudonyms,
      WaitingConfig waiting,
      Clock clock) {
    this.loops = loops;
    this.join = join;
    this.interactions = interactions;
    this.erasures = erasures;
    this.receipts = receipts;
    this.resentEvents = resentEvents;
    this.tombstones = tombstones;
    this.pseudonyms = pseudonyms;
    this.waiting = waiting;
    this.clock = clock;
  }

  @Override
  public void apply(List<ReceivedEvent<FeedbackEvent>> events) {
    Map<LoopId, List<Event<FeedbackEvent>>> byLoop = new LinkedHashMap<>();
    Set<LoopId> erasing = new HashSet<>();
    for (ReceivedEvent<FeedbackEvent> received : events) {
      Event<FeedbackEvent> event = received.event();
      LoopId loop = event.attributes().loop();
      byLoop.computeIfAbsent(loop, key -> new ArrayList<>()).add(event);
      if (event.data() instanceof EndUserErased) {
        erasing.add(loop);
      }
    }
    tombstones.lock(byLoop.keySet(), erasing);
    // A producer that writes to the topic itself can set any time.
    Instant now = clock.instant();
    for (LoopId loop : sorted(byLoop.keySet())) {
      List<IncomingEvent> incoming = new ArrayList<>();
      for (Event<FeedbackEvent> event : byLoop.get(loop)) {
        if (event.data() instanceof EndUserErased erased) {
          // What came before it has arrived before it, whatever the clocks say.
          admitOrPark(loop, incoming);
          incoming.clear();
          erasures.request(event.attributes(), erased);
        } else {
          incoming.add(
              IncomingEvent.of(event, pseudonyms).receivedBy(now.plus(OpinionTimeRule.AHEAD), now));
        }
      }
      admitOrPark(loop, incoming);
    }
  }

  @Override
  public void resent(List<ResentEvent> events) {
    resentEvents.record(events);
  }

  /** What joining each event reads: the row of the response that it is about. */
  public List<EventLoad> loads(List<ReceivedEvent<FeedbackEvent>> events) {
    Map<LoopId, Set<String>> responses = new LinkedHashMap<>();
    for (ReceivedEvent<FeedbackEvent> received : events) {
      String responseId = IncomingEvent.responseId(received.data());
      if (responseId != null) {
        responses
            .computeIfAbsent(received.event().attributes().loop(), _ -> new TreeSet<>())
            .add(responseId);
      }
    }
    Map<LoopId, Map<String, InteractionHead>> heads = new HashMap<>();
    responses.forEach((loop, ids) -> heads.put(loop, interactions.heads(loop, ids)));
    return events.stream().map(received -> load(received, heads)).toList();
  }

  private static EventLoad load(
      ReceivedEvent<FeedbackEvent> received, Map<LoopId, Map<String, InteractionHead>> heads) {
    LoopId loop = received.event().attributes().loop();
    String responseId = IncomingEvent.responseId(received.data());
    InteractionHead head =
        responseId == null ? null : heads.getOrDefault(loop, Map.of()).get(responseId);
    return head == null
        ? EventLoad.NONE
        : new EventLoad(loop.key() + "\n" + responseId, head.bytes());
  }

  /** Admits parked events of a loop that is now declared. */
  public void release(DeclaredLoop loop, List<Receipt> parked) {
    tombstones.lock(List.of(loop.id()), List.of());
    join.admit(loop, parked.stream().map(IncomingEvent::of).toList());
  }

  private void admitOrPark(LoopId loop, List<IncomingEvent> incoming) {
    if (incoming.isEmpty()) {
      return;
    }
    Optional<DeclaredLoop> declared = loops.current(loop);
    if (declared.isPresent()) {
      join.admit(declared.get(), incoming);
    } else {
      Map<String, Tombstone> covering = tombstones.find(loop, digests(incoming));
      receipts.record(
          incoming.stream()
              .map(event -> isErased(event, covering) ? erased(event) : parked(event))
              .toList());
    }
  }

  private List<String> digests(List<IncomingEvent> events) {
    return events.stream().flatMap(this::digests).distinct().toList();
  }

  private Stream<String> digests(IncomingEvent event) {
    String conversation = event.conversationId();
    return Stream.of(
            event.endUserDigest(),
            conversation == null
                ? null
                : pseudonyms.conversation(event.key().loop().tenant(), conversation))
        .filter(Objects::nonNull);
  }

  private boolean isErased(IncomingEvent event, Map<String, Tombstone> covering) {
    return digests(event)
        .map(covering::get)
        .anyMatch(tombstone -> tombstone != null && tombstone.covers(event.receivedAt()));
  }

  /** An event of an undeclared loop whose subject was erased does not wait with its text. */
  private static Receipt erased(IncomingEvent event) {
    return new Receipt(
        event.key(),
        event.kind(),
        event.responseId(),
        null,
        null,
        event.receivedAt(),
        event.occurredAt(),
        event.receivedAt(),
        EventStanding.erased(),
        Receipt.Phase.CLOSED,
        null,
        null,
        null);
  }

  private Receipt parked(IncomingEvent event) {
    var deadline =
        DeadlineRule.ofWaiting(event.receivedAt(), PARKING, waiting.backlog(), clock.instant());
    String detail = "waits for loop " + event.key().loop() + " to be declared";
    return new Receipt(
        event.key(),
        event.kind(),
        event.responseId(),
        event.conversationId() == null ? null : SplitRule.subject(event.conversationId(), null, ""),
        event.endUserDigest(),
        event.receivedAt(),
        event.occurredAt(),
        deadline,
        EventStanding.waiting("loop", detail, deadline),
        Receipt.Phase.PARKED,
        null,
        event.body(),
        event.sender());
  }

  private static List<LoopId> sorted(Set<LoopId> loops) {
    return loops.stream().map(LoopId::key).collect(Collectors.toCollection(TreeSet::new)).stream()
        .map(LoopId::parse)
        .toList();
  }
}
