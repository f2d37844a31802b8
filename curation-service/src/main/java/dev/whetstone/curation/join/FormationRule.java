package dev.whetstone.curation.join;

import dev.whetstone.contracts.EventKey;
import dev.whetstone.contracts.EventSource;
import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.batch.Form;
import dev.whetstone.contracts.batch.Split;
import dev.whetstone.contracts.event.FeedbackContent;
import dev.whetstone.contracts.event.FeedbackGiven;
import dev.whetstone.contracts.event.InteractionRecorded;
import dev.whetstone.contracts.feedback.FeedbackSource;
import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.curation.chain.AdmissionFacts;
import dev.whetstone.curation.chain.ReasonCodes;
import dev.whetstone.curation.example.Example;
import dev.whetstone.curation.example.NewExample;
import dev.whetstone.curation.example.Provenance;
import dev.whetstone.curation.fate.EventStanding;
import dev.whetstone.curation.fate.Receipt;
import dev.whetstone.curation.form.FormOutcome;
import dev.whetstone.curation.form.FormRule;
import dev.whetstone.curation.form.Opinion;
import dev.whetstone.curation.form.OpinionStatus;
import dev.whetstone.curation.form.OpinionTimeRule;
import dev.whetstone.curation.form.ResponseContradictionRule;
import dev.whetstone.curation.text.ChatTexts;
import dev.whetstone.kit.json.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Decides which examples an origin should have, and the fates of events that form none. Pure. */
final class FormationRule {
  private FormationRule() {}

  /**
   * @param own fates of events that form no example
   */
  record Wanted(List<ExampleDraft> drafts, Map<EventKey, EventStanding> own) {}

  /** Examples of a recorded answer and the feedback on it that arrived in time. */
  static Wanted ofResponse(
      LoopId loop, LoopSpec spec, Interaction interaction, List<Receipt> feedback) {
    InteractionRecorded recorded = interaction.recorded();
    if (recorded == null) {
      return unusable(interaction, feedback);
    }
    Map<Opinion, FormOutcome> formed = new LinkedHashMap<>();
    Map<EventKey, Receipt> receipts = new LinkedHashMap<>();
    for (Receipt receipt : feedback) {
      FeedbackGiven given = given(receipt);
      Provenance provenance = ofAnswer(loop, interaction, recorded, receipt, given);
      var opinion =
          new Opinion(
              receipt.key(),
              provenance.speaker(),
              provenance.contributor(),
              provenance.claimed(),
              OpinionTimeRule.of(receipt.occurredAt(), receipt.receivedAt()),
              FeedbackContent.of(given));
      formed.put(opinion, FormRule.apply(spec, recorded, opinion.content(), provenance));
      receipts.put(receipt.key(), receipt);
    }
    // Anyone can send it in anyone's name, so it has no voice and replaces nothing.
    Predicate<Opinion> foreign =
        opinion ->
            FeedbackStandingRule.foreign(
                interaction, Objects.requireNonNull(receipts.get(opinion.key())));
    var standings =
        ResponseContradictionRule.weigh(
            spec, formed.keySet().stream().filter(foreign.negate()).toList());
    OptionalDouble signal = signal(formed, foreign.negate());
    List<ExampleDraft> drafts = new ArrayList<>();
    Map<EventKey, EventStanding> own = new LinkedHashMap<>();
    formed.forEach(
        (opinion, one) -> {
          OpinionStatus holds = standings.getOrDefault(opinion.key(), new OpinionStatus.Stands(1));
          Receipt receipt = Objects.requireNonNull(receipts.get(opinion.key()));
          EventStanding ended = FeedbackStandingRule.ended(holds);
          if (ended != null) {
            own.put(opinion.key(), ended);
          } else if (one instanceof FormOutcome.Examples(List<Example> examples)) {
            var source = source(interaction, receipt);
            for (Example example : examples) {
              Map<String, Object> facts = facts(recorded, example, holds, signal);
              var objection =
                  foreign.test(opinion)
                      ? ExampleDraft.Objection.foreignEndUser()
                      : FeedbackStandingRule.objection(holds);
              drafts.add(
                  ExampleDraft.of(
                      loop, ExampleOrigin.of(receipt), source, example, facts, objection));
            }
          } else {
            own.put(opinion.key(), FeedbackStandingRule.standing(one));
          }
        });
    return new Wanted(drafts, own);
  }

  /**
   * Examples of demonstrations, and of preferences with their own request, that name an answer.
   * They need nothing from it and wait for it only where consent depends on it; when the answer may
   * not be used, neither may they.
   */
  static Wanted demonstrations(
      LoopId loop,
      LoopSpec spec,
      Interaction interaction,
      List<Receipt> demonstrations,
      Map<String, Split> splits) {
    if (interaction.known() && interaction.recorded() == null) {
      return unusable(interaction, demonstrations);
    }
    List<ExampleDraft> drafts = new ArrayList<>();
    for (Receipt receipt : demonstrations) {
      if (interaction.known() || ConsentRule.given(spec, given(receipt).consent())) {
        Split split = splits.get(receipt.conversationKey());
        if (split != null) {
          drafts.addAll(alone(loop, spec, receipt, split).drafts());
        }
      }
    }
    return new Wanted(drafts, Map.of());
  }

  /** The example of feedback that contains its own request and has consent. */
  static Wanted alone(LoopId loop, LoopSpec spec, Receipt receipt, Split split) {
    FeedbackGiven given = given(receipt);
    Provenance provenance =
        provenance(loop, split, given.conversationId(), receipt, given, List.of(), null);
    FormOutcome one = FormRule.apply(spec, null, FeedbackContent.of(given), provenance);
    if (!(one instanceof FormOutcome.Examples(List<Example> examples))) {
      return new Wanted(List.of(), Map.of(receipt.key(), FeedbackStandingRule.standing(one)));
    }
    Map<String, Object> facts = Map.of(AdmissionFacts.CONSENT, true);
    var source =
        new NewExample.Source(
            Objects.requireNonNull(receipt.conversationKey()), receipt.endUserDigest(), null);
    List<ExampleDraft> drafts =
        examples.stream()
            .map(
                example ->
                    ExampleDraft.of(loop, ExampleOrigin.of(receipt), source, example, facts, null))
            .toList();
    return new Wanted(drafts, Map.of());
  }

  private static NewExample.Source source(Interaction interaction, Receipt feedback) {
    return new NewExample.Source(
        Objects.requireNonNull(interaction.conversationKey()),
        feedback.endUserDigest(),
        interaction.endUserDigest());
  }

  private static Wanted unusable(Interaction interaction, List<Receipt> feedback) {
    EventStanding standing =
        interaction.consent()
            ? EventStanding.erased()
            : EventStanding.rejected(ReasonCodes.NO_CONSENT, ConsentRule.REFUSED);
    Map<EventKey, EventStanding> own = new LinkedHashMap<>();
    feedback.forEach(receipt -> own.put(receipt.key(), standing));
    return new Wanted(List.of(), own);
  }

  /** Mean of all signals on the served answer, −1 to 1. */
  private static OptionalDouble signal(
      Map<Opinion, FormOutcome> formed, Predicate<Opinion> counts) {
    return formed.entrySet().stream()
        .filter(entry -> counts.test(entry.getKey()))
        .map(Map.Entry::getValue)
        .filter(FormOutcome.Signal.class::isInstance)
        .mapToDouble(one -> ((FormOutcome.Signal) one).value())
        .average();
  }

  /** A signal for the served answer counts against examples that replace it. */
  private static Map<String, Object> facts(
      InteractionRecorded recorded, Example example, OpinionStatus holds, OptionalDouble signal) {
    Map<String, Object> facts = new TreeMap<>();
    facts.put(AdmissionFacts.CONSENT, true);
    switch (holds) {
      case OpinionStatus.Stands(double agreement) -> facts.put(AdmissionFacts.AGREEMENT, agreement);
      case OpinionStatus.Contested(double agreement, _) ->
          facts.put(AdmissionFacts.AGREEMENT, agreement);
      case OpinionStatus.Superseded _ -> {}
      case OpinionStatus.Outranked _ -> {}
      case OpinionStatus.Repeated _ -> {}
    }
    boolean servedIsGood = example.form() == Form.BINARY && example.positive();
    signal.ifPresent(value -> facts.put(AdmissionFacts.IMPLICIT, servedIsGood ? value : -value));
    if (servedIsGood && recorded.response().finishReason() != null) {
      facts.put(AdmissionFacts.FINISH_REASON, recorded.response().finishReason());
    }
    return facts;
  }

  private static Provenance ofAnswer(
      LoopId loop,
      Interaction interaction,
      InteractionRecorded recorded,
      Receipt receipt,
      FeedbackGiven given) {
    return provenance(
        loop,
        Objects.requireNonNull(interaction.split()),
        interaction.conversationId(),
        receipt,
        given,
        List.of(Objects.requireNonNull(interaction.key())),
        recorded);
  }

  private static Provenance provenance(
      LoopId loop,
      Split split,
      @Nullable String conversationId,
      Receipt receipt,
      FeedbackGiven given,
      List<EventKey> others,
      @Nullable InteractionRecorded recorded) {
    FeedbackSource source =
        given.feedbackSource() == null ? FeedbackSource.human() : given.feedbackSource();
    List<String> tags = recorded == null ? List.of() : recorded.tags();
    return new Provenance(
        loop,
        split,
        conversationId,
        receipt.endUserDigest(),
        EventSource.application(receipt.key().source()),
        EventSource.isImported(receipt.key().source()),
        source.type(),
        Stream.concat(others.stream(), Stream.of(receipt.key())).toList(),
        Stream.concat(tags.stream(), given.tags().stream()).distinct().toList(),
        recorded == null ? null : ChatTexts.text(recorded.response().message()),
        receipt.receivedAt(),
        false,
        receipt.sender());
  }

  private static FeedbackGiven given(Receipt receipt) {
    if (receipt.body() == null) {
      throw new IllegalStateException("open feedback " + receipt.key() + " has no body");
    }
    return Json.read(receipt.body(), FeedbackGiven.class);
  }
}
