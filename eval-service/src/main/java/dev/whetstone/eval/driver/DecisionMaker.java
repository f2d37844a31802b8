package dev.whetstone.eval.driver;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.decision.DecisionCost;
import dev.whetstone.contracts.decision.GateResult;
import dev.whetstone.contracts.decision.Verdict;
import dev.whetstone.contracts.event.CheckpointReady;
import dev.whetstone.contracts.event.PromotionDecided;
import dev.whetstone.contracts.loop.GateRole;
import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.contracts.loop.RolloutMode;
import dev.whetstone.eval.answer.AnswerRepository;
import dev.whetstone.eval.answer.ComparedModels;
import dev.whetstone.eval.checkpoint.Checkpoint;
import dev.whetstone.eval.decision.Decision;
import dev.whetstone.eval.decision.Decision.Adoption;
import dev.whetstone.eval.decision.DecisionFacts;
import dev.whetstone.eval.decision.DecisionFacts.ModelFacts;
import dev.whetstone.eval.decision.DecisionRepository;
import dev.whetstone.eval.decision.EvidenceStore;
import dev.whetstone.eval.evaluation.Evaluation;
import dev.whetstone.eval.evaluation.FrozenInputs;
import dev.whetstone.eval.item.EvaluationItem;
import dev.whetstone.eval.likelihood.LikelihoodCollector;
import dev.whetstone.eval.quality.HeldOutLikelihood;
import dev.whetstone.eval.score.GateEvaluation;
import dev.whetstone.eval.score.ModelFactsCalculator;
import dev.whetstone.eval.score.ReliabilityCheck;
import dev.whetstone.eval.score.ReproducibilityResult;
import dev.whetstone.eval.score.ScoredItem;
import dev.whetstone.eval.serving.ServingPort.Answer;
import dev.whetstone.eval.statistics.AlphaLedger;
import dev.whetstone.eval.verdict.VerdictInput;
import dev.whetstone.eval.verdict.VerdictResult;
import dev.whetstone.eval.verdict.VerdictRule;
import dev.whetstone.kit.json.ContentDigests;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes the decision from the answers. The same answers give the same decision. */
@ApplicationScoped
public class DecisionMaker {
  private static final int ID_DIGITS = 24;
  private final AnswerRepository answers;
  private final ReliabilityCheck reliability;
  private final LikelihoodCollector likelihoods;
  private final DecisionRepository decisions;
  private final EvidenceStore evidence;
  private final Clock clock;

  public DecisionMaker(
      AnswerRepository answers,
      ReliabilityCheck reliability,
      LikelihoodCollector likelihoods,
      DecisionRepository decisions,
      EvidenceStore evidence,
      Clock clock) {
    this.answers = answers;
    this.reliability = reliability;
    this.likelihoods = likelihoods;
    this.decisions = decisions;
    this.evidence = evidence;
    this.clock = clock;
  }

  /**
   * @param isDoubtful whether the measurement is void, so that its answers must not be reused
   */
  record Outcome(Decision decision, boolean isDoubtful) {}

  /** Writes the evidence and decides. The caller stores and publishes the decision. */
  Outcome decide(
      Evaluation evaluation,
      Checkpoint checkpoint,
      LoopSpec loop,
      FrozenInputs frozen,
      List<EvaluationItem> items,
      List<String> notes) {
    LoopId id = evaluation.loop();
    ComparedModels compared = ComparedModels.of(loop, frozen, evaluation.checkpointId());
    boolean asked = frozen.faults().isEmpty();
    List<ScoredItem> scored = asked ? score(id, compared, items) : List.of();
    AlphaLedger ledger =
        AlphaLedgerFactory.ledger(
            loop.spec().evaluation(), decisions.all(id), frozen.champion().checkpointId());
    List<GateResult> gates =
        new GateEvaluation(loop.spec().evaluation(), ledger.next(), frozen.freshBatchIds())
            .evaluate(scored);
    boolean spends = gates.stream().anyMatch(g -> g.role() == GateRole.FRESH && g.n() > 1);
    ReproducibilityResult repetition =
        asked
            ? reliability.repetition(evaluation, loop, compared, items)
            : ReproducibilityResult.UNKNOWN;
    List<String> doubts = new ArrayList<>(repetition.doubts(loop));
    if (asked) {
      doubts.addAll(reliability.refusals(evaluation, loop, compared, items));
    }
    RolloutMode mode = loop.spec().rollout().mode();
    VerdictResult verdict =
        VerdictRule.decide(new VerdictInput(gates, frozen.faults(), frozen.holds(), doubts, mode));
    String evidenceUri =
        evidence
            .write(
                evaluation.id(),
                frozen.policySha256(),
                scored.stream().map(ScoredItem::evidence).toList(),
                scored.stream().map(ScoredItem::text).toList())
            .toString();
    PromotionDecided body =
        new PromotionDecided(
            decisionId(evaluation),
            checkpoint.id(),
            frozen.champion().checkpointId(),
            frozen.champion().generation(),
            checkpoint.ready().batchIds(),
            verdict.verdict(),
            verdict.reason(),
            mode,
            frozen.policySha256(),
            frozen.suites(),
            gates,
            spends ? ledger.next() : 0,
            spends ? ledger.leftAfterNext() : ledger.left(),
            evidenceUri,
            "policy",
            cost(checkpoint.ready(), evaluation));
    boolean promote = verdict.verdict() == Verdict.PROMOTE && mode == RolloutMode.AUTO;
    return new Outcome(
        new Decision(
            body.decisionId(),
            0,
            id,
            evaluation.id(),
            body,
            facts(evaluation, frozen, compared, scored, items, repetition, notes),
            promote,
            promote ? Adoption.ADOPTED : Adoption.NONE,
            null,
            clock.instant()),
        !doubts.isEmpty());
  }

  private List<ScoredItem> score(LoopId loop, ComparedModels compared, List<EvaluationItem> items) {
    Map<String, Answer> base =
        answers.of(loop, compared.base().key(), AnswerRepository.FIRST_SAMPLE);
    Map<String, Answer> champion =
        answers.of(loop, compared.champion().key(), AnswerRepository.FIRST_SAMPLE);
    Map<String, Answer> candidate =
        answers.of(loop, compared.candidate().key(), AnswerRepository.FIRST_SAMPLE);
    return items.stream()
        .map(
            item ->
                ScoredItem.of(
                    item,
                    base.get(item.questionSha256()),
                    AnswerRepository.require(champion, item),
                    AnswerRepository.require(candidate, item)))
        .toList();
  }

  private DecisionFacts facts(
      Evaluation evaluation,
      FrozenInputs frozen,
      ComparedModels compared,
      List<ScoredItem> scored,
      List<EvaluationItem> items,
      ReproducibilityResult repetition,
      List<String> notes) {
    Map<String, HeldOutLikelihood> heldOut =
        likelihoods.totals(evaluation.loop(), compared.distinct(), items);
    Map<String, ModelFacts> models = new LinkedHashMap<>();
    if (scored.stream().anyMatch(one -> one.base() != null)) {
      models.put("base", facts(scored, ScoredItem::base, heldOut, compared.base()));
    }
    models.put("champion", facts(scored, ScoredItem::champion, heldOut, compared.champion()));
    models.put("candidate", facts(scored, ScoredItem::candidate, heldOut, compared.candidate()));
    return new DecisionFacts(
        compared.champion().servedName(),
        compared.candidate().servedName(),
        models,
        repetition.asked(),
        repetition.discordant(),
        scored.size(),
        Duration.between(evaluation.startedAt(), clock.instant()).toMillis() / 1000.0,
        frozen.freshBatchIds(),
        new ArrayList<>(notes),
        frozen.faults());
  }

  private static ModelFacts facts(
      List<ScoredItem> scored,
      java.util.function.Function<ScoredItem, @Nullable Answer> answer,
      Map<String, HeldOutLikelihood> heldOut,
      ComparedModels.Model model) {
    return ModelFactsCalculator.of(scored, answer, heldOut.get(model.key()));
  }

  /** The cost of training and of the questions that this evaluation asked. */
  private DecisionCost cost(CheckpointReady ready, Evaluation evaluation) {
    return new DecisionCost(
        ready.gpuSeconds(), ready.tokens() + answers.tokensAskedBy(evaluation), 0, 0);
  }

  /** Derived from the decision's subject, so that a repetition after a crash has the same id. */
  private static String decisionId(Evaluation evaluation) {
    String subject =
        "%s/%s/%d/%d"
            .formatted(
                evaluation.loop().key(),
                evaluation.checkpointId(),
                evaluation.generation(),
                evaluation.look());
    return "dec-" + ContentDigests.sha256(subject).substring(0, ID_DIGITS);
  }
}
