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

/** A person's word on a held decision. */
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
   * @param verdict PROMOTE to confirm, REJECT to refuse
   * @param application of the key that the person used
   * @throws ProblemException 409 when it is not held, when the champion that it was held against is
   *     no longer in service, and when a candidate is approved that cannot be served or is tainted
   */
  @Transactional
  public Decision settle(Decision held, Verdict verdict, String application) {
    boolean promote = verdict == Verdict.PROMOTE;
    if (held.verdict() == verdict) {
      if (promote) {
        beginAnew(held);
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
          "only held decisions wait for a person");
    }
    return settled;
  }

  /**
   * Begins the rollout of a promotion anew that could not be put into service, for example because
   * the model server was away. What is in service or on its way there stays as it is.
   *
   * @throws ProblemException 409 when the candidate is tainted, and when the champion that it was
   *     promoted against is no longer in service
   */
  @Transactional
  public void beginAnew(Decision promoted) {
    if (decisions.wantAgain(promoted.id())) {
      requireServable(promoted);
      requireChampion(promoted);
    }
  }

  private void requireChampion(Decision decision) {
    long generation = champions.lockedGeneration(decision.loop());
    if (generation != decision.body().championGeneration()) {
      throw conflict(
          "the candidate was judged against generation %d, but generation %d is in service"
              .formatted(decision.body().championGeneration(), generation),
          "offer the checkpoint again, so that it is judged against the present champion");
    }
  }

  /** A person may weigh what was measured, but not pass what must not be served. */
  private void requireServable(Decision held) {
    List<String> faults = new ArrayList<>(held.facts().faults());
    checkpoints.lockedTaint(held.loop(), held.body().candidate()).ifPresent(faults::add);
    if (!faults.isEmpty()) {
      throw new ProblemException(
          HttpProblems.conflict(
              "not-servable",
              "the candidate must not be served: " + String.join("; ", faults),
              "refuse it, or leave it; its batches stay pending for the next run"));
    }
  }

  private static PromotionDecided body(PromotionDecided held, Verdict verdict, String application) {
    String word = verdict == Verdict.PROMOTE ? "approved" : "refused";
    return new PromotionDecided(
        held.decisionId(),
        held.candidate(),
        held.champion(),
        held.championGeneration(),
        held.batchIds(),
        verdict,
        word + " by a person with a key of " + application + "; was held: " + held.reason(),
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
