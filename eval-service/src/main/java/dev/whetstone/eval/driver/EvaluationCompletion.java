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
import dev.whetstone.eval.probe.EffectProbeRepository;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import org.jboss.logging.Logger;

/** Ends an evaluation with its decision, or supersedes it by one against a newer champion. */
@ApplicationScoped
public class EvaluationCompletion {
  private static final Logger LOG = Logger.getLogger(EvaluationCompletion.class);
  private final ChampionRepository champions;
  private final CheckpointRepository checkpoints;
  private final EvaluationRepository evaluations;
  private final DecisionRepository decisions;
  private final AnswerRepository answers;
  private final EffectProbeRepository probes;
  private final EvalMetrics metrics;

  public EvaluationCompletion(
      ChampionRepository champions,
      CheckpointRepository checkpoints,
      EvaluationRepository evaluations,
      DecisionRepository decisions,
      AnswerRepository answers,
      EffectProbeRepository probes,
      EvalMetrics metrics) {
    this.champions = champions;
    this.checkpoints = checkpoints;
    this.evaluations = evaluations;
    this.decisions = decisions;
    this.answers = answers;
    this.probes = probes;
    this.metrics = metrics;
  }

  /**
   * Stores the decision if champion, candidate and evaluation have not changed. The rows of the
   * champion and the candidate are locked until the transaction ends.
   *
   * @return false if one of them has changed; nothing is written then
   */
  boolean complete(
      Evaluation evaluation, Asking asking, LoopSpec spec, DecisionMaker.Outcome outcome) {
    Decision decision = outcome.decision();
    boolean decided =
        QuarkusTransaction.requiringNew()
            .call(
                () -> {
                  if (champions.lockedGeneration(evaluation.loop()) != evaluation.generation()
                      || isTaintedSince(evaluation, decision)
                      || !evaluations.move(evaluation, asking.decided())) {
                    // Nothing was written, so there is nothing to roll back.
                    return false;
                  }
                  decisions.add(decision);
                  outcome
                      .probe()
                      .ifPresent(
                          probe ->
                              probes.record(evaluation.loop(), evaluation.checkpointId(), probe));
                  if (outcome.isDoubtful()) {
                    deleteAnswers(evaluation, spec, asking.frozen());
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

  /** Whether the candidate was tainted after the decision was made. */
  private boolean isTaintedSince(Evaluation evaluation, Decision decision) {
    return checkpoints
        .lockedTaint(evaluation.loop(), evaluation.checkpointId())
        .filter(taint -> !decision.facts().faults().contains(taint))
        .isPresent();
  }

  /** Unreliable answers must not be reused by a later look. */
  private void deleteAnswers(Evaluation evaluation, LoopSpec spec, FrozenInputs frozen) {
    ComparedModels.of(spec, frozen, evaluation.checkpointId())
        .distinct()
        .forEach(model -> answers.delete(evaluation.loop(), model.key()));
  }

  /** Supersedes the evaluation by one against the champion that is in service now. */
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
