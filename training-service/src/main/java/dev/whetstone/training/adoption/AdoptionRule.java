package dev.whetstone.training.adoption;

import dev.whetstone.contracts.decision.Verdict;
import dev.whetstone.contracts.event.EventData.DecisionEvent;
import dev.whetstone.contracts.event.PromotionApplied;
import dev.whetstone.contracts.event.PromotionDecided;
import dev.whetstone.contracts.event.PromotionFailed;
import dev.whetstone.contracts.event.PromotionRolledBack;

/** The effect of a decision on a candidate and its batches. */
public final class AdoptionRule {
  private AdoptionRule() {}

  /** A change to make. */
  public sealed interface Effect {
    String checkpointId();

    /** Decided; its batches wait until every replica serves it. */
    record Promoted(String checkpointId) implements Effect {}

    /** In service: its batches are part of every later run. */
    record Adopt(String checkpointId) implements Effect {}

    /** Refused: its pending batches never come back by themselves. */
    record SetAside(String checkpointId, String reason) implements Effect {}

    /** Not settled: its batches stay pending. */
    record KeepPending(String checkpointId) implements Effect {}

    /** It could not be put into service: its batches stay pending. */
    record Failed(String checkpointId) implements Effect {}

    /** Taken out of service: what it had brought in leaves with it. */
    record RollBack(String checkpointId, String reason) implements Effect {}
  }

  /** The effect of an event about a decision. */
  public static Effect of(DecisionEvent event) {
    return switch (event) {
      case PromotionDecided decided -> decided(decided);
      case PromotionApplied applied -> new Effect.Adopt(applied.checkpointId());
      case PromotionFailed failed -> new Effect.Failed(failed.checkpointId());
      case PromotionRolledBack back -> new Effect.RollBack(back.withdrawn(), back.reason());
    };
  }

  private static Effect decided(PromotionDecided decided) {
    Verdict verdict = decided.verdict();
    return switch (verdict) {
      case PROMOTE -> new Effect.Promoted(decided.candidate());
      case REJECT -> new Effect.SetAside(decided.candidate(), decided.reason());
      case INCONCLUSIVE, HOLD -> new Effect.KeepPending(decided.candidate());
    };
  }
}
