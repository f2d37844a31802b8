package dev.whetstone.curation.join;

import dev.whetstone.contracts.EventKey;
import dev.whetstone.curation.chain.ReasonCodes;
import dev.whetstone.curation.fate.EventStanding;
import dev.whetstone.curation.fate.Receipt;
import dev.whetstone.curation.form.FormOutcome;
import dev.whetstone.curation.form.OpinionStatus;
import org.jspecify.annotations.Nullable;

/**
 * The fates of feedback that forms no example, and what speaks against feedback that forms one.
 * Pure.
 */
final class FeedbackStandingRule {
  private FeedbackStandingRule() {}

  /** Whether a publishable key named an end user who did not get the answer. */
  static boolean foreign(Interaction interaction, Receipt receipt) {
    return receipt.sender() != null
        && receipt.sender().publishable()
        && receipt.endUserDigest() != null
        && interaction.endUserDigest() != null
        && !receipt.endUserDigest().equals(interaction.endUserDigest());
  }

  /** The fate of feedback that other feedback of the same end user replaces. */
  static @Nullable EventStanding ended(OpinionStatus holds) {
    return switch (holds) {
      case OpinionStatus.Superseded(EventKey by, boolean sameTime) ->
          sameTime
              ? EventStanding.rejected(
                  ReasonCodes.TIE,
                  "the same end user gave different feedback at the same time: %s; of these, the one with the greater id counts. Send occurredAt with feedback to order it"
                      .formatted(by.id()))
              : EventStanding.rejected(
                  ReasonCodes.SUPERSEDED,
                  "the same end user gave different feedback later: " + by.id());
      case OpinionStatus.Outranked(EventKey by) ->
          EventStanding.rejected(
              ReasonCodes.SUPERSEDED,
              "a publishable key named this end user; different feedback of the end user by a secret key counts: "
                  + by.id());
      case OpinionStatus.Repeated(EventKey of) ->
          EventStanding.rejected(
              ReasonCodes.DUPLICATE, "the same end user gave the same feedback before: " + of.id());
      case OpinionStatus.Stands _ -> null;
      case OpinionStatus.Contested _ -> null;
    };
  }

  static EventStanding standing(FormOutcome formed) {
    return switch (formed) {
      case FormOutcome.Context(String note) -> EventStanding.context(note);
      case FormOutcome.Signal(String name, _) -> EventStanding.context("signal " + name);
      case FormOutcome.Rejected(String reason, String detail) ->
          EventStanding.rejected(reason, detail);
      case FormOutcome.Examples _ ->
          throw new IllegalStateException("examples have their own fate");
    };
  }

  static ExampleDraft.@Nullable Objection objection(OpinionStatus holds) {
    return holds instanceof OpinionStatus.Contested contested
        ? ExampleDraft.Objection.contested(contested.detail())
        : null;
  }
}
