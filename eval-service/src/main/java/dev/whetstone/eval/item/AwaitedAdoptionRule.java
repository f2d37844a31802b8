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
 * Which batches still wait for training to publish what a decision made of them. Decisions are
 * eval's own and known at once; the states of batches are training's and arrive later. An
 * evaluation that was prepared in between would hold a candidate against the wrong batches. Pure.
 */
public final class AwaitedAdoptionRule {
  private AwaitedAdoptionRule() {}

  /**
   * A batch whose state is about to change.
   *
   * @param event the short name of the event that is expected
   */
  public record Awaited(SealedBatch batch, Decision decision, String event) {
    /** For people: the expected event, and the remedy when it does not arrive. */
    public String reason() {
      return "waits until decision %3$s takes effect: its rollout has to end and training has to publish %1$s for batch %2$s. If neither happens, check the model server and training, or set the batch aside"
          .formatted(event, batch.batchId(), decision.id());
    }
  }

  /**
   * Batches that a decision promoted, rejected or rolled back and whose state does not show it yet.
   * A batch that was set aside for another reason is not waited for, nor is one whose rollout
   * failed: it stays pending.
   *
   * @param known oldest first
   * @param decisions oldest first; of several about one candidate the newest counts
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
