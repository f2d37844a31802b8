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
import dev.whetstone.eval.answer.HeldOutLossCollector;
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

/** Makes a decision of what was answered. The same answers give the same decision. */
@ApplicationScoped
public class DecisionMaker {
  private static final int ID_DIGITS = 24;
  private final AnswerRepository kept;
  private final ReliabilityCheck reliability;
  private final HeldOutLossCollector foresight;
  private final DecisionRepository decisions;
  private final EvidenceStore evidence;
  private final Clock clock;

  public DecisionMaker(
      AnswerRepository kept,
      ReliabilityCheck reliability,
      HeldOutLossCollector foresight,
      DecisionRepository decisions,
      EvidenceStore evidence,
      Clock clock) {
    this.kept = kept;
    this.reliability = reliability;
    this.foresight = foresight;
    this.decisions = decisions;
    this.evidence = evidence;
    this.clock = clock;
  }

  /** A decision, and whether what it measured is void, so that nothing of it may be used again. */
  record Outcome(Decision decision, boolean isDoubtful) {}

  /** Decides, with the evidence written; keeping and publishing the decision is the caller's. */
  Outcome decide(
      Evaluation evaluation,
      Checkpoint checkpoint,
      LoopSpec loop,
      FrozenInputs frozen,
      List<EvaluationItem> items,
      List<String> notes) {
    LoopId id = evaluation.loop();
    ComparedModels contestants = ComparedModels.of(loop, frozen, evaluation.checkpointId());
    boolean asked = frozen.faults().isEmpty();
    List<ScoredItem> scored = asked ? score(id, contestants, items) : List.of();
    AlphaLedger ledger =
        AlphaLedgerFactory.ledger(
            loop.spec().evaluation(), decisions.all(id), frozen.champion().checkpointId());
    List<GateResult> gates =
        new GateEvaluation(loop.spec().evaluation(), ledger.next(), frozen.freshBatchIds())
            .evaluate(scored);
    boolean spends = gates.stream().anyMatch(g -> g.role() == GateRole.FRESH && g.n() > 1);
    ReproducibilityResult repetition =
        asked
            ? reliability.repetition(evaluation, loop, contestants, items)
            : ReproducibilityResult.UNKNOWN;
    List<String> doubts = new ArrayList<>(repetition.doubts(loop));
    if (asked) {
      doubts.addAll(reliability.refusals(evaluation, loop, contestants, items));
    }
    RolloutMode mode = loop.spec().rollout().mode();
    VerdictResult judgement =
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
            judgement.verdict(),
            judgement.reason(),
            mode,
            frozen.policySha256(),
            frozen.suites(),
            gates,
            spends ? ledger.next() : 0,
            spends ? ledger.leftAfterNext() : ledger.left(),
            evidenceUri,
            "policy",
            cost(checkpoint.ready(), evaluation));
    boolean promote = judgement.verdict() == Verdict.PROMOTE && mode == RolloutMode.AUTO;
    return new Outcome(
        new Decision(
            body.decisionId(),
            0,
            id,
            evaluation.id(),
            body,
            facts(evaluation, frozen, contestants, scored, items, repetition, notes),
            promote,
            promote ? Adoption.ADOPTED : Adoption.NONE,
            null,
            clock.instant()),
        !doubts.isEmpty());
  }

  private List<ScoredItem> score(
      LoopId loop, ComparedModels contestants, List<EvaluationItem> items) {
    Map<String, Answer> base = kept.of(loop, contestants.base().key(), AnswerRepository.KEPT);
    Map<String, Answer> champion =
        kept.of(loop, contestants.champion().key(), AnswerRepository.KEPT);
    Map<String, Answer> candidate =
        kept.of(loop, contestants.candidate().key(), AnswerRepository.KEPT);
    return items.stream()
        .map(
            item ->
                ScoredItem.of(
                    item,
                    base.get(item.questionSha256()),
                    AnswerRepository.there(champion, item),
                    AnswerRepository.there(candidate, item)))
        .toList();
  }

  private DecisionFacts facts(
      Evaluation evaluation,
      FrozenInputs frozen,
      ComparedModels contestants,
      List<ScoredItem> scored,
      List<EvaluationItem> items,
      ReproducibilityResult repetition,
      List<String> notes) {
    Map<String, HeldOutLikelihood> heldOut =
        foresight.totals(evaluation.loop(), contestants.distinct(), items);
    Map<String, ModelFacts> models = new LinkedHashMap<>();
    if (scored.stream().anyMatch(one -> one.base() != null)) {
      models.put("base", facts(scored, ScoredItem::base, heldOut, contestants.base()));
    }
    models.put("champion", facts(scored, ScoredItem::champion, heldOut, contestants.champion()));
    models.put("candidate", facts(scored, ScoredItem::candidate, heldOut, contestants.candidate()));
    return new DecisionFacts(
        contestants.champion().servedName(),
        contestants.candidate().servedName(),
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

  /** Of training, and of what this evaluation itself asked. */
  private DecisionCost cost(CheckpointReady ready, Evaluation evaluation) {
    return new DecisionCost(
        ready.gpuSeconds(), ready.tokens() + kept.tokensAskedBy(evaluation), 0, 0);
  }

  /**
   * Made of what the decision is about, so that deciding again after a crash is the same decision.
   */
  private static String decisionId(Evaluation evaluation) {
    String about =
        "%s/%s/%d/%d"
            .formatted(
                evaluation.loop().key(),
                evaluation.checkpointId(),
                evaluation.generation(),
                evaluation.look());
    return "dec-" + ContentDigests.sha256(about).substring(0, ID_DIGITS);
  }
}
