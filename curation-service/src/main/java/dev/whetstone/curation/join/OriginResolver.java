package dev.whetstone.curation.join;

import dev.whetstone.contracts.EventKey;
import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.batch.Split;
import dev.whetstone.contracts.event.FeedbackGiven;
import dev.whetstone.contracts.feedback.FeedbackKind;
import dev.whetstone.curation.cap.ResponseFeedbackConfig;
import dev.whetstone.curation.chain.ReasonCodes;
import dev.whetstone.curation.example.EventFateUpdater;
import dev.whetstone.curation.example.ExampleRepository;
import dev.whetstone.curation.example.StoredExample;
import dev.whetstone.curation.fate.EventStanding;
import dev.whetstone.curation.fate.Fate;
import dev.whetstone.curation.fate.FeedbackReceiptRepository;
import dev.whetstone.curation.fate.Receipt;
import dev.whetstone.curation.fate.Receipt.Phase;
import dev.whetstone.curation.fate.ReceiptRepository;
import dev.whetstone.curation.fate.ReceiptRepository.Assignment;
import dev.whetstone.kit.json.Json;
import dev.whetstone.kit.loop.DeclaredLoop;
import dev.whetstone.kit.work.BudgetSlicingPolicy;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Brings the examples of an origin and the fates of its events in line with everything recorded
 * about it. It works from the current rows, not from what changed, so it can run any number of
 * times and in any order.
 */
@ApplicationScoped
public class OriginResolver {
  static final String WHOLE_CONVERSATION = "about the whole conversation, not about one answer";

  private static final int ORIGINS_AT_ONCE = 200;

  private final ReceiptRepository receipts;
  private final FeedbackReceiptRepository feedbackReceipts;
  private final InteractionRepository interactions;
  private final ExampleRepository examples;
  private final EventFateUpdater eventFates;
  private final ExampleReplacement replacement;
  private final long bytesAtOnce;

  public OriginResolver(
      ReceiptRepository receipts,
      FeedbackReceiptRepository feedbackReceipts,
      InteractionRepository interactions,
      ExampleRepository examples,
      EventFateUpdater eventFates,
      ExampleReplacement replacement,
      ResponseFeedbackConfig config) {
    this.receipts = receipts;
    this.feedbackReceipts = feedbackReceipts;
    this.interactions = interactions;
    this.examples = examples;
    this.eventFates = eventFates;
    this.replacement = replacement;
    this.bytesAtOnce = config.bytesAtOnce();
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

  /**
   * In the caller's transaction, which holds the rows of the responses. Locks what it needs of all
   * origins first, in a fixed order, and then reads their texts in slices of bounded bytes.
   */
  void resolve(DeclaredLoop loop, Collection<ExampleOrigin> origins) {
    if (origins.isEmpty()) {
      return;
    }
    Set<ExampleOrigin> distinct = new LinkedHashSet<>(origins);
    Set<String> responses = ExampleOrigin.responses(distinct);
    Map<String, InteractionHead> heads = interactions.lockOrCreate(loop.id(), responses);
    Map<ExampleOrigin, List<StoredExample>> existing = existing(loop.id(), distinct);
    feedbackReceipts.lockOpenFeedback(loop.id(), responses);
    Map<EventKey, Long> alone = receipts.bodyBytes(ExampleOrigin.events(distinct));
    var open = new TreeSet<String>();
    for (List<ExampleOrigin> slice :
        BudgetSlicingPolicy.slices(
            distinct, origin -> bytes(origin, heads, alone), bytesAtOnce, ORIGINS_AT_ONCE)) {
      open.addAll(form(loop, slice, existing));
    }
    eventFates.followLockedExamples(open);
  }

  private static long bytes(
      ExampleOrigin origin, Map<String, InteractionHead> heads, Map<EventKey, Long> alone) {
    return origin.event() == null
        ? Objects.requireNonNull(heads.get(Objects.requireNonNull(origin.responseId()))).bytes()
        : alone.getOrDefault(origin.event(), 0L);
  }

  /** Forms the examples of some origins and returns the events whose fates follow examples. */
  private Set<String> form(
      DeclaredLoop loop,
      List<ExampleOrigin> origins,
      Map<ExampleOrigin, List<StoredExample>> existing) {
    var wanted = new ArrayList<FormationRule.Wanted>();
    var open = new TreeSet<String>();
    Set<String> responses = ExampleOrigin.responses(origins);
    List<Receipt> feedback = feedbackReceipts.openFeedback(loop.id(), responses);
    Map<String, List<Receipt>> byResponse =
        feedback.stream()
            .collect(
                Collectors.groupingBy(receipt -> Objects.requireNonNull(receipt.responseId())));
    Map<String, Interaction> locked = interactions.all(loop.id(), responses);
    for (String responseId : responses) {
      wanted.addAll(
          onAnswer(
              loop,
              Objects.requireNonNull(locked.get(responseId)),
              byResponse.getOrDefault(responseId, List.of()),
              open));
    }
    List<Receipt> alone = alone(origins);
    wanted.addAll(ofAlone(loop, alone, open));
    List<StoredExample> stored =
        origins.stream()
            .flatMap(origin -> existing.getOrDefault(origin, List.of()).stream())
            .toList();
    open.addAll(replacement.replace(loop, stored, wanted));
    assignOwn(wanted, Stream.concat(feedback.stream(), alone.stream()).toList(), open);
    return open;
  }

  /** Assigns the fates that follow no example, where they are not assigned already. */
  private void assignOwn(
      List<FormationRule.Wanted> wanted, List<Receipt> current, Set<String> open) {
    Map<EventKey, Receipt> byKey = new HashMap<>();
    current.forEach(receipt -> byKey.put(receipt.key(), receipt));
    List<Assignment> changes = new ArrayList<>();
    for (FormationRule.Wanted want : wanted) {
      want.own()
          .forEach(
              (key, own) -> {
                open.remove(key.text());
                var assignment = new Assignment(key, own, phase(own));
                if (assignment.changes(Objects.requireNonNull(byKey.get(key)))) {
                  changes.add(assignment);
                }
              });
    }
    receipts.assignAll(changes);
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

  private List<Receipt> alone(Collection<ExampleOrigin> origins) {
    return receipts.all(ExampleOrigin.events(origins)).stream()
        .filter(receipt -> receipt.phase() == Phase.OPEN)
        .toList();
  }

  private List<FormationRule.Wanted> ofAlone(
      DeclaredLoop loop, List<Receipt> alone, Set<String> open) {
    Map<String, Split> splits =
        interactions.splits(loop.id(), alone.stream().map(SUBJECT).toList());
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

  /** Closed when the answer's own fate decides; otherwise other feedback may still change it. */
  private static Phase phase(EventStanding own) {
    boolean forGood =
        own.fate() == Fate.ERASED
            || (own.fate() == Fate.REJECTED && ReasonCodes.NO_CONSENT.equals(own.reason()));
    return forGood ? Phase.CLOSED : Phase.OPEN;
  }

  /** The split subject of feedback that stands alone. */
  private static final Function<Receipt, String> SUBJECT =
      receipt -> Objects.requireNonNull(receipt.conversationKey());
}
