package dev.whetstone.curation.join;

import dev.whetstone.contracts.EventKey;
import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.batch.Split;
import dev.whetstone.contracts.event.FeedbackGiven;
import dev.whetstone.contracts.feedback.FeedbackKind;
import dev.whetstone.curation.chain.ReasonCodes;
import dev.whetstone.curation.example.EventFateUpdater;
import dev.whetstone.curation.example.ExampleRepository;
import dev.whetstone.curation.example.ExampleState;
import dev.whetstone.curation.example.ExampleWithdrawal;
import dev.whetstone.curation.example.StoredExample;
import dev.whetstone.curation.fate.EventStanding;
import dev.whetstone.curation.fate.Fate;
import dev.whetstone.curation.fate.Receipt;
import dev.whetstone.curation.fate.Receipt.Phase;
import dev.whetstone.curation.fate.ReceiptRepository;
import dev.whetstone.kit.json.Json;
import dev.whetstone.kit.loop.DeclaredLoop;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Brings the examples of an origin and the fates of its events in line with everything recorded
 * about it. It works from the current rows, not from what changed, so it can run any number of
 * times and in any order.
 */
@ApplicationScoped
public class OriginResolver {
  static final String WHOLE_CONVERSATION = "about the whole conversation, not about one answer";

  private final ReceiptRepository receipts;
  private final InteractionRepository interactions;
  private final ExampleRepository examples;
  private final EventFateUpdater eventFates;
  private final ExampleWithdrawal withdrawals;
  private final ExampleAdmission admission;

  public OriginResolver(
      ReceiptRepository receipts,
      InteractionRepository interactions,
      ExampleRepository examples,
      EventFateUpdater eventFates,
      ExampleWithdrawal withdrawals,
      ExampleAdmission admission) {
    this.receipts = receipts;
    this.interactions = interactions;
    this.examples = examples;
    this.eventFates = eventFates;
    this.withdrawals = withdrawals;
    this.admission = admission;
  }

  /** Whether feedback needs no interaction: it contains its own request, though it may name one. */
  static boolean standsAlone(FeedbackGiven feedback) {
    return feedback.kind() == FeedbackKind.DEMONSTRATION
        || (feedback.kind() == FeedbackKind.PREFERENCE && feedback.request() != null);
  }

  /** A receipt without a split subject is of a time when preferences could not stand alone. */
  private static boolean standsAlone(Receipt feedback) {
    return feedback.kind().equals(FeedbackKind.DEMONSTRATION.wireName())
        || (feedback.kind().equals(FeedbackKind.PREFERENCE.wireName())
            && feedback.conversationKey() != null
            && feedback.body() != null
            && Json.read(feedback.body(), FeedbackGiven.class).request() != null);
  }

  /** In the caller's transaction, which holds the rows of the responses. */
  void resolve(DeclaredLoop loop, Collection<ExampleOrigin> origins) {
    if (origins.isEmpty()) {
      return;
    }
    Map<ExampleOrigin, List<StoredExample>> existing = existing(loop.id(), origins);
    var wanted = new ArrayList<FormationRule.Wanted>();
    var open = new TreeSet<String>();
    Set<String> responses =
        origins.stream()
            .map(ExampleOrigin::responseId)
            .filter(Objects::nonNull)
            .collect(Collectors.toCollection(TreeSet::new));
    Map<String, List<Receipt>> feedback =
        receipts.openFeedback(loop.id(), responses).stream()
            .collect(
                Collectors.groupingBy(receipt -> Objects.requireNonNull(receipt.responseId())));
    Map<String, Interaction> locked = interactions.lockOrCreate(loop.id(), responses);
    for (String responseId : responses) {
      wanted.addAll(
          onAnswer(
              loop,
              Objects.requireNonNull(locked.get(responseId)),
              feedback.getOrDefault(responseId, List.of()),
              open));
    }
    wanted.addAll(alone(loop, origins, open));
    settle(loop, origins, existing, wanted, open);
  }

  private List<FormationRule.Wanted> onAnswer(
      DeclaredLoop loop, Interaction interaction, List<Receipt> feedback, Set<String> open) {
    List<Receipt> alone = feedback.stream().filter(OriginResolver::standsAlone).toList();
    List<Receipt> opinions = feedback.stream().filter(one -> !standsAlone(one)).toList();
    var wanted = new ArrayList<FormationRule.Wanted>();
    if (interaction.known()) {
      opinions.forEach(opinion -> open.add(opinion.key().text()));
      open.add(Objects.requireNonNull(interaction.key()).text());
      wanted.add(
          FormationRule.ofResponse(
              loop.id(), loop.spec(), interaction, inTime(loop, interaction, opinions)));
    }
    if (!alone.isEmpty()) {
      var splits = interactions.splits(loop.id(), alone.stream().map(SUBJECT).toList());
      var demonstrated =
          FormationRule.demonstrations(loop.id(), loop.spec(), interaction, alone, splits);
      demonstrated.drafts().forEach(draft -> draft.eventKeys().forEach(open::add));
      wanted.add(demonstrated);
    }
    return wanted;
  }

  private Map<ExampleOrigin, List<StoredExample>> existing(
      LoopId loop, Collection<ExampleOrigin> origins) {
    Map<String, ExampleOrigin> byText = new HashMap<>();
    origins.forEach(origin -> byText.put(origin.text(), origin));
    return examples.lockOrigins(loop, byText.keySet()).stream()
        .collect(
            Collectors.groupingBy(stored -> Objects.requireNonNull(byText.get(stored.origin()))));
  }

  /** Drops feedback that waited longer than the join window for its interaction. */
  private List<Receipt> inTime(DeclaredLoop loop, Interaction interaction, List<Receipt> opinions) {
    var window = loop.spec().spec().curation().joinWindow();
    var received = Objects.requireNonNull(interaction.receivedAt());
    List<Receipt> inTime = new ArrayList<>();
    for (Receipt opinion : opinions) {
      if (received.isAfter(opinion.receivedAt().plus(window))) {
        String detail = "its interaction arrived after the join window";
        receipts.assign(
            opinion.key(), EventStanding.rejected(ReasonCodes.JOIN_WINDOW, detail), Phase.CLOSED);
      } else {
        inTime.add(opinion);
      }
    }
    return inTime;
  }

  private List<FormationRule.Wanted> alone(
      DeclaredLoop loop, Collection<ExampleOrigin> origins, Set<String> open) {
    List<EventKey> keys =
        origins.stream()
            .map(ExampleOrigin::event)
            .filter(Objects::nonNull)
            .sorted(BY_TEXT)
            .toList();
    List<Receipt> alone =
        receipts.all(keys).stream().filter(receipt -> receipt.phase() == Phase.OPEN).toList();
    List<String> subjects = alone.stream().map(SUBJECT).toList();
    Map<String, Split> splits = interactions.splits(loop.id(), subjects);
    var wanted = new ArrayList<FormationRule.Wanted>();
    for (Receipt receipt : alone) {
      open.add(receipt.key().text());
      wanted.add(
          FormationRule.alone(
              loop.id(),
              loop.spec(),
              receipt,
              Objects.requireNonNull(splits.get(receipt.conversationKey()))));
    }
    return wanted;
  }

  private void settle(
      DeclaredLoop loop,
      Collection<ExampleOrigin> origins,
      Map<ExampleOrigin, List<StoredExample>> existing,
      List<FormationRule.Wanted> wanted,
      Set<String> open) {
    Map<String, ExampleDraft> drafts = new HashMap<>();
    for (FormationRule.Wanted want : wanted) {
      want.drafts().forEach(draft -> drafts.put(draft.rowId(), draft));
    }
    List<StoredExample> unwanted = new ArrayList<>();
    Set<String> again = new TreeSet<>();
    for (ExampleOrigin origin : origins) {
      for (StoredExample stored : existing.getOrDefault(origin, List.of())) {
        ExampleDraft draft = drafts.get(stored.rowId());
        if (draft == null) {
          unwanted.add(stored);
        } else if (stored.state() != ExampleState.ERASED && mustBeJudgedAgain(stored, draft)) {
          again.add(stored.rowId());
        } else {
          drafts.remove(stored.rowId());
        }
      }
    }
    open.addAll(eventFates.of(unwanted.stream().map(StoredExample::rowId).toList()));
    withdrawals.withdraw(loop.id(), unwanted, "withdrawn");
    examples.drop(again);
    examples.add(loop.id(), admission.judge(loop, drafts.values()));
    eventFates.follow(open);
    wanted.forEach(want -> want.own().forEach((key, own) -> receipts.assign(key, own, phase(own))));
  }

  /** Closed when the answer's own fate decides; otherwise other feedback may still change it. */
  private static Phase phase(EventStanding own) {
    boolean forGood =
        own.fate() == Fate.ERASED
            || (own.fate() == Fate.REJECTED && ReasonCodes.NO_CONSENT.equals(own.reason()));
    return forGood ? Phase.CLOSED : Phase.OPEN;
  }

  /** Examples that a person released, a cut judged or a batch holds keep their verdict. */
  private static boolean mustBeJudgedAgain(StoredExample stored, ExampleDraft draft) {
    boolean settled =
        stored.released()
            || stored.cutId() != null
            || stored.state() == ExampleState.USED
            || stored.state() == ExampleState.CUT
            || stored.state() == ExampleState.WITHDRAWN;
    return !settled && !stored.facts().equals(draft.facts());
  }

  /** The split subject of feedback that stands alone. */
  private static final Function<Receipt, String> SUBJECT =
      receipt -> Objects.requireNonNull(receipt.conversationKey());

  private static final java.util.Comparator<EventKey> BY_TEXT =
      java.util.Comparator.comparing(EventKey::text);
}
