package dev.whetstone.eval.item;

import dev.whetstone.eval.batch.SealedBatch;
import dev.whetstone.eval.decision.Decision;
import dev.whetstone.eval.decision.Decision.Adoption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds the batches whose state does not reflect a decision yet. Eval makes decisions and knows
 * them at once; training owns the states of batches and publishes them later. An evaluation that
 * was prepared in between would compare a candidate on the wrong batches. Pure.
 */
public final class AwaitedAdoptionRule {
  private AwaitedAdoptionRule() {}

  /**
   * A batch whose state is about to change.
   *
   * @param event type of the event that is expected
   */
  public record Awaited(SealedBatch batch, Decision decision, String event) {
    /** For people: the expected event, and the remedy if it does not arrive. */
    public String reason() {
      return ("waiting for the rollout of decision %3$s to end and for training to publish %1$s for"
              + " batch %2$s. If this does not happen, check the model server and training, or set"
              + " the batch aside")
          .formatted(event, batch.batchId(), decision.id());
    }
  }

  /**
   * Batches that a decision promoted, rejected or rolled back and whose state does not show it yet.
   * Batches that were set aside for another reason are not included, nor are those of a failed
   * rollout, which stay pending.
   *
   * @param known oldest first
   * @param decisions oldest first; of several about one candidate the newest one counts
   */
  public static List<Awaited> of(List<SealedBatch> known, List<Decision> decisions) {
    List<Awaited> awaited = new ArrayList<>();
    for (Decision decision : newestPerCandidate(decisions)) {
      String event = expected(decision);
      if (event.isEmpty()) {
        continue;
      }
      known.stream()
          .filter(batch -> decision.body().batchIds().contains(batch.batchId()))
          .filter(batch -> isDue(batch, decision))
          .map(batch -> new Awaited(batch, decision, event))
          .forEach(awaited::add);
    }
    return awaited;
  }

  private static String expected(Decision decision) {
    return switch (decision.verdict()) {
      case REJECT -> "batch.set-aside";
      case PROMOTE ->
          switch (decision.adoption()) {
            case ADOPTED -> "batch.adopted";
            case ROLLED_BACK -> "batch.set-aside";
            case NONE, WITHDRAWN -> "";
          };
      case INCONCLUSIVE, HOLD -> "";
    };
  }

  private static boolean isDue(SealedBatch batch, Decision decision) {
    return switch (batch.state()) {
      case PENDING -> true;
      case ADOPTED ->
          decision.adoption() == Adoption.ROLLED_BACK
              && decision.body().candidate().equals(batch.adoptedBy());
      case SET_ASIDE, WITHDRAWN -> false;
    };
  }

  private static Collection<Decision> newestPerCandidate(List<Decision> decisions) {
    Map<String, Decision> newest = new LinkedHashMap<>();
    decisions.forEach(decision -> newest.put(decision.body().candidate(), decision));
    return newest.values();
  }
}
