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
import dev.whetstone.curation.form.SplitRule;
import dev.whetstone.curation.join.EventJoin;
import dev.whetstone.curation.join.IncomingEvent;
import dev.whetstone.curation.join.InteractionHead;
import dev.whetstone.curation.join.InteractionRepository;
import dev.whetstone.curation.tombstone.PseudonymDigests;
import dev.whetstone.curation.tombstone.TombstoneRepository;
import dev.whetstone.kit.inbox.EventLoad;
import dev.whetstone.kit.inbox.ReceivedEvent;
import dev.whetstone.kit.loop.DeclaredLoop;
import dev.whetstone.kit.loop.DeclaredLoopRepository;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Applies fresh events of the feedback topic per loop. Parks those of undeclared loops, and those
 * of loops that an erasure holds, so that the partition does not wait for it.
 */
@ApplicationScoped
public class FeedbackIntake {
  /** How long an event waits for its loop's declaration. */
  static final Duration PARKING = Duration.ofDays(7);

  private final DeclaredLoopRepository loops;
  private final EventJoin join;
  private final InteractionRepository interactions;
  private final ErasureRepository erasures;
  private final ReceiptRepository receipts;
  private final TombstoneRepository tombstones;
  private final PseudonymDigests pseudonyms;
  private final Clock clock;

  public FeedbackIntake(
      DeclaredLoopRepository loops,
      EventJoin join,
      InteractionRepository interactions,
      ErasureRepository erasures,
      ReceiptRepository receipts,
      TombstoneRepository tombstones,
      PseudonymDigests pseudonyms,
      Clock clock) {
    this.loops = loops;
    this.join = join;
    this.interactions = interactions;
    this.erasures = erasures;
    this.receipts = receipts;
    this.tombstones = tombstones;
    this.pseudonyms = pseudonyms;
    this.clock = clock;
  }

  public void apply(List<ReceivedEvent<FeedbackEvent>> events) {
    Map<LoopId, List<Event<FeedbackEvent>>> byLoop = new LinkedHashMap<>();
    for (ReceivedEvent<FeedbackEvent> received : events) {
      Event<FeedbackEvent> event = received.event();
      LoopId loop = event.attributes().loop();
      byLoop.computeIfAbsent(loop, key -> new ArrayList<>()).add(event);
    }
    Set<LoopId> unlocked = tombstones.tryLockToAdmit(byLoop.keySet());
    for (LoopId loop : sorted(byLoop.keySet())) {
      List<IncomingEvent> incoming = new ArrayList<>();
      for (Event<FeedbackEvent> event : byLoop.get(loop)) {
        if (event.data() instanceof EndUserErased erased) {
          erasures.request(event.attributes(), erased);
        } else {
          incoming.add(IncomingEvent.of(event, pseudonyms));
        }
      }
      admitOrPark(loop, incoming, unlocked.contains(loop));
    }
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

  /**
   * Admits parked events of a declared loop, unless an erasure holds it.
   *
   * @return false when they stay parked
   */
  public boolean release(DeclaredLoop loop, List<Receipt> parked) {
    if (tombstones.tryLockToAdmit(List.of(loop.id())).isEmpty()) {
      return false;
    }
    join.admit(loop, parked.stream().map(IncomingEvent::of).toList());
    return true;
  }

  private void admitOrPark(LoopId loop, List<IncomingEvent> incoming, boolean unlocked) {
    if (incoming.isEmpty()) {
      return;
    }
    Optional<DeclaredLoop> declared = loops.current(loop);
    if (declared.isPresent() && unlocked) {
      join.admit(declared.get(), incoming);
    } else {
      String reason = declared.isPresent() ? "erasure" : "loop";
      String detail =
          declared.isPresent()
              ? "waits until an erasure of its loop has been carried out"
              : "waits for loop " + loop + " to be declared";
      receipts.record(incoming.stream().map(event -> parked(event, reason, detail)).toList());
    }
  }

  private Receipt parked(IncomingEvent event, String reason, String detail) {
    var deadline = DeadlineRule.ofWaiting(event.receivedAt(), PARKING, clock.instant());
    return new Receipt(
        event.key(),
        event.kind(),
        event.responseId(),
        event.conversationId() == null ? null : SplitRule.subject(event.conversationId(), null, ""),
        event.endUserDigest(),
        event.receivedAt(),
        event.occurredAt(),
        deadline,
        EventStanding.waiting(reason, detail, deadline),
        Receipt.Phase.PARKED,
        null,
        event.body());
  }

  private static List<LoopId> sorted(Set<LoopId> loops) {
    return loops.stream().map(LoopId::key).collect(Collectors.toCollection(TreeSet::new)).stream()
        .map(LoopId::parse)
        .toList();
  }
}
