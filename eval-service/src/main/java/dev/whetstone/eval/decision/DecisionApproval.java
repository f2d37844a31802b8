package dev.whetstone.eval.decision;

import dev.whetstone.contracts.decision.Verdict;
import dev.whetstone.contracts.event.PromotionDecided;
import dev.whetstone.contracts.loop.RolloutMode;
import dev.whetstone.eval.champion.ChampionRepository;
import dev.whetstone.eval.checkpoint.CheckpointRepository;
import dev.whetstone.eval.decision.Decision.Adoption;
import dev.whetstone.kit.problem.HttpProblems;
import dev.whetstone.kit.problem.ProblemException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.util.ArrayList;
import java.util.List;

/** Approves or refuses held decisions. */
@ApplicationScoped
public class DecisionApproval {
  private final DecisionRepository decisions;
  private final ChampionRepository champions;
  private final CheckpointRepository checkpoints;

  public DecisionApproval(
      DecisionRepository decisions,
      ChampionRepository champions,
      CheckpointRepository checkpoints) {
    this.decisions = decisions;
    this.champions = champions;
    this.checkpoints = checkpoints;
  }

  /**
   * Settles a held decision. Repeating an approval starts a failed rollout again.
   *
   * @param verdict PROMOTE to approve, REJECT to refuse
   * @param application whose key the person used
   * @throws ProblemException 409 if it is not held; for an approval also if its champion is no
   *     longer in service, or if the candidate cannot be served or is tainted
   */
  @Transactional
  public Decision settle(Decision held, Verdict verdict, String application) {
    boolean promote = verdict == Verdict.PROMOTE;
    if (held.verdict() == verdict) {
      if (promote) {
        restartRollout(held);
      }
      return held;
    }
    if (promote) {
      requireServable(held);
    }
    if (promote) {
      requireChampion(held);
    }
    boolean rollout = promote && held.body().mode() != RolloutMode.OBSERVE;
    Decision settled =
        new Decision(
            held.id(),
            held.ordinal(),
            held.loop(),
            held.evaluationId(),
            body(held.body(), verdict, application),
            held.facts(),
            rollout,
            rollout ? Adoption.ADOPTED : Adoption.NONE,
            application,
            held.decidedAt());
    if (!decisions.settle(settled)) {
      throw conflict(
          "decision " + held.id() + " is " + held.verdict() + ", not HOLD",
          "approve or refuse held decisions only");
    }
    return settled;
  }

  /**
   * Starts the rollout of a promotion again that failed, for example because the model server was
   * unreachable. A rollout that did not fail stays unchanged.
   *
   * @throws ProblemException 409 if the candidate is tainted, or if the champion that it was
   *     promoted against is no longer in service
   */
  @Transactional
  public void restartRollout(Decision promoted) {
    if (decisions.resetFailedRollout(promoted.id())) {
      requireServable(promoted);
      requireChampion(promoted);
    }
  }

  private void requireChampion(Decision decision) {
    long generation = champions.lockedGeneration(decision.loop());
    if (generation != decision.body().championGeneration()) {
      throw conflict(
          "the candidate was evaluated against generation %d, but generation %d is in service"
              .formatted(decision.body().championGeneration(), generation),
          "offer the checkpoint again to evaluate it against the current champion");
    }
  }

  /** A person may overrule a measurement, but not approve what must not be served. */
  private void requireServable(Decision held) {
    List<String> faults = new ArrayList<>(held.facts().faults());
    checkpoints.lockedTaint(held.loop(), held.body().candidate()).ifPresent(faults::add);
    if (!faults.isEmpty()) {
      throw new ProblemException(
          HttpProblems.conflict(
              "not-servable",
              "the candidate must not be served: " + String.join("; ", faults),
              "refuse the decision, or leave it held: its batches stay pending for the next run"));
    }
  }

  private static PromotionDecided body(PromotionDecided held, Verdict verdict, String application) {
    String action = verdict == Verdict.PROMOTE ? "approved" : "refused";
    return new PromotionDecided(
        held.decisionId(),
        held.candidate(),
        held.champion(),
        held.championGeneration(),
        held.batchIds(),
        verdict,
        action + " by a person with a key of " + application + "; was held: " + held.reason(),
        held.mode(),
        held.policySha256(),
        held.suites(),
        held.gates(),
        held.alphaSpent(),
        held.alphaLeft(),
        held.evidenceUri(),
        "person",
        held.cost());
  }

  private static ProblemException conflict(String detail, String remedy) {
    return new ProblemException(HttpProblems.conflict("not-held", detail, remedy));
  }
}
