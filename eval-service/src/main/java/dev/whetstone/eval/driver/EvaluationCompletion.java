package dev.whetstone.eval.driver;

import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.eval.answer.AnswerRepository;
import dev.whetstone.eval.answer.ComparedModels;
import dev.whetstone.eval.champion.Champion;
import dev.whetstone.eval.champion.ChampionRepository;
import dev.whetstone.eval.checkpoint.CheckpointRepository;
import dev.whetstone.eval.decision.Decision;
import dev.whetstone.eval.decision.DecisionRepository;
import dev.whetstone.eval.evaluation.Evaluation;
import dev.whetstone.eval.evaluation.EvaluationRepository;
import dev.whetstone.eval.evaluation.EvaluationState.Asking;
import dev.whetstone.eval.evaluation.EvaluationState.Superseded;
import dev.whetstone.eval.evaluation.FrozenInputs;
import dev.whetstone.eval.metrics.EvalMetrics;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import org.jboss.logging.Logger;

/** Ends an evaluation: with its decision, or for another one against a later champion. */
@ApplicationScoped
public class EvaluationCompletion {
  private static final Logger LOG = Logger.getLogger(EvaluationCompletion.class);
  private final ChampionRepository champions;
  private final CheckpointRepository checkpoints;
  private final EvaluationRepository evaluations;
  private final DecisionRepository decisions;
  private final AnswerRepository kept;
  private final EvalMetrics metrics;

  public EvaluationCompletion(
      ChampionRepository champions,
      CheckpointRepository checkpoints,
      EvaluationRepository evaluations,
      DecisionRepository decisions,
      AnswerRepository kept,
      EvalMetrics metrics) {
    this.champions = champions;
    this.checkpoints = checkpoints;
    this.evaluations = evaluations;
    this.decisions = decisions;
    this.kept = kept;
    this.metrics = metrics;
  }

  /**
   * Keeps the decision if champion, candidate and evaluation still are what they were; the
   * champion's row and the candidate's stay locked until then.
   *
   * @return false when they are not; nothing has changed then
   */
  boolean conclude(
      Evaluation evaluation, Asking asking, LoopSpec spec, DecisionMaker.Outcome outcome) {
    Decision decision = outcome.decision();
    boolean decided =
        QuarkusTransaction.requiringNew()
            .call(
                () -> {
                  if (champions.lockedGeneration(evaluation.loop()) != evaluation.generation()
                      || isTaintedSince(evaluation, decision)
                      || !evaluations.move(evaluation, asking.decided())) {
                    // Nothing was written, so that there is nothing to roll back.
                    return false;
                  }
                  decisions.add(decision);
                  if (outcome.isDoubtful()) {
                    forget(evaluation, spec, asking.frozen());
                  }
                  return true;
                });
    if (decided) {
      LOG.infof(
          "decided loop=%s candidate=%s verdict=%s decision=%s",
          evaluation.loop(), evaluation.checkpointId(), decision.verdict(), decision.id());
      metrics.decided(
          decision.verdict(), Duration.between(evaluation.startedAt(), decision.decidedAt()));
    }
    return decided;
  }

  /** Whether the candidate may no longer be served and the decision does not know it. */
  private boolean isTaintedSince(Evaluation evaluation, Decision decision) {
    return checkpoints
        .lockedTaint(evaluation.loop(), evaluation.checkpointId())
        .filter(taint -> !decision.facts().faults().contains(taint))
        .isPresent();
  }

  /** Answers that cannot be relied on are no ground for a later look, whatever this one says. */
  private void forget(Evaluation evaluation, LoopSpec spec, FrozenInputs frozen) {
    ComparedModels.of(spec, frozen, evaluation.checkpointId())
        .distinct()
        .forEach(model -> kept.forget(evaluation.loop(), model.key()));
  }

  /** Gives the evaluation up for one against the champion that is in service now. */
  void restart(Evaluation evaluation, Superseded superseded, Champion champion) {
    QuarkusTransaction.requiringNew()
        .run(
            () -> {
              if (evaluations.move(evaluation, superseded)) {
                evaluations.begin(
                    evaluation.loop(), evaluation.checkpointId(), champion.generation(), 1);
              }
            });
  }
}
