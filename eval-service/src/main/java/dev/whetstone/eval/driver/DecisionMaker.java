package dev.whetstone.eval.driver;

import dev.whetstone.contracts.decision.GateResult;
import dev.whetstone.contracts.decision.Verdict;
import dev.whetstone.contracts.event.PromotionDecided;
import dev.whetstone.contracts.loop.GateRole;
import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.contracts.loop.RolloutMode;
import dev.whetstone.eval.checkpoint.Checkpoint;
import dev.whetstone.eval.decision.Decision;
import dev.whetstone.eval.decision.Decision.Adoption;
import dev.whetstone.eval.decision.DecisionFacts;
import dev.whetstone.eval.decision.DecisionRepository;
import dev.whetstone.eval.decision.EvidenceStore;
import dev.whetstone.eval.evaluation.Evaluation;
import dev.whetstone.eval.evaluation.FrozenInputs;
import dev.whetstone.eval.item.EvaluationItem;
import dev.whetstone.eval.probe.EffectProbe;
import dev.whetstone.eval.score.GateEvaluation;
import dev.whetstone.eval.score.ProbeSelectionRule;
import dev.whetstone.eval.score.ScoredItem;
import dev.whetstone.eval.statistics.AlphaLedger;
import dev.whetstone.eval.verdict.AlphaSpendRule;
import dev.whetstone.eval.verdict.VerdictInput;
import dev.whetstone.eval.verdict.VerdictResult;
import dev.whetstone.eval.verdict.VerdictRule;
import dev.whetstone.kit.json.ContentDigests;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Makes the decision from the answers. The same answers give the same decision. */
@ApplicationScoped
public class DecisionMaker {
  private static final int ID_DIGITS = 24;
  private final MeasurementReader measurements;
  private final DecisionFactsReader facts;
  private final DecisionRepository decisions;
  private final EvidenceStore evidence;
  private final Clock clock;

  public DecisionMaker(
      MeasurementReader measurements,
      DecisionFactsReader facts,
      DecisionRepository decisions,
      EvidenceStore evidence,
      Clock clock) {
    this.measurements = measurements;
    this.facts = facts;
    this.decisions = decisions;
    this.evidence = evidence;
    this.clock = clock;
  }

  /**
   * @param isDoubtful whether the measurement is void, so that its answers must not be reused
   * @param probe for checking that replicas apply the adapter; empty if there is nothing to record
   */
  record Outcome(Decision decision, boolean isDoubtful, Optional<EffectProbe> probe) {}

  /** Writes the evidence and decides. The caller stores and publishes the decision. */
  Outcome decide(
      Evaluation evaluation,
      Checkpoint checkpoint,
      LoopSpec loop,
      FrozenInputs inputs,
      List<EvaluationItem> items,
      List<String> notes) {
    EvaluationMeasurement measured = measurements.read(evaluation, loop, inputs, items);
    FrozenInputs frozen = measured.frozen();
    LoopSpec.Evaluation rules = loop.spec().evaluation();
    AlphaLedger ledger = ledger(evaluation, rules, frozen);
    List<GateResult> gates =
        new GateEvaluation(rules, ledger.next(), frozen.freshBatchIds())
            .evaluate(measured.scored(), measured.anchors());
    RolloutMode mode = loop.spec().rollout().mode();
    VerdictResult verdict =
        VerdictRule.decide(
            new VerdictInput(gates, frozen.faults(), frozen.holds(), measured.doubts(), mode));
    String evidenceUri =
        evidence
            .write(
                evaluation.id(),
                frozen.policySha256(),
                measured.scored().stream().map(ScoredItem::evidence).toList(),
                measured.scored().stream().map(ScoredItem::text).toList())
            .toString();
    boolean spends = AlphaSpendRule.spends(gates, measured.isVoid(), freshMinItems(rules));
    PromotionDecided body =
        body(evaluation, checkpoint, frozen, mode, verdict, gates, ledger, spends, evidenceUri);
    Optional<EffectProbe> probe =
        measured.isVoid()
            ? Optional.empty()
            : ProbeSelectionRule.select(
                measured.scored(), measured.tolerance(rules.maxDiscordance()), rules.maxTokens());
    return new Outcome(
        decision(evaluation, body, facts.of(evaluation, measured, items, notes)),
        !measured.doubts().isEmpty(),
        probe);
  }

  /**
   * The decision of an evaluation that the model server kept from being measured: it blames neither
   * candidate nor champion, spends no alpha, and another look follows when the server answers.
   */
  Outcome postpone(
      Evaluation evaluation,
      Checkpoint checkpoint,
      LoopSpec loop,
      FrozenInputs frozen,
      String reason) {
    AlphaLedger ledger = ledger(evaluation, loop.spec().evaluation(), frozen);
    PromotionDecided body =
        body(
            evaluation,
            checkpoint,
            frozen,
            loop.spec().rollout().mode(),
            new VerdictResult(Verdict.INCONCLUSIVE, reason),
            List.of(),
            ledger,
            false,
            null);
    return new Outcome(
        decision(evaluation, body, facts.ofPostponed(evaluation, frozen)), false, Optional.empty());
  }

  private AlphaLedger ledger(
      Evaluation evaluation, LoopSpec.Evaluation rules, FrozenInputs frozen) {
    return AlphaLedgerFactory.ledger(
        rules, decisions.all(evaluation.loop()), frozen.champion().checkpointId());
  }

  private static int freshMinItems(LoopSpec.Evaluation rules) {
    return rules.gates().stream()
        .filter(gate -> gate.role() == GateRole.FRESH)
        .mapToInt(LoopSpec.Gate::minItems)
        .findFirst()
        .orElse(1);
  }

  private PromotionDecided body(
      Evaluation evaluation,
      Checkpoint checkpoint,
      FrozenInputs frozen,
      RolloutMode mode,
      VerdictResult verdict,
      List<GateResult> gates,
      AlphaLedger ledger,
      boolean spends,
      @Nullable String evidenceUri) {
    return new PromotionDecided(
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
        facts.cost(checkpoint.ready(), evaluation));
  }

  private Decision decision(Evaluation evaluation, PromotionDecided body, DecisionFacts facts) {
    boolean promote = body.verdict() == Verdict.PROMOTE && body.mode() == RolloutMode.AUTO;
    return new Decision(
        body.decisionId(),
        0,
        evaluation.loop(),
        evaluation.id(),
        body,
        facts,
        promote,
        promote ? Adoption.ADOPTED : Adoption.NONE,
        null,
        clock.instant());
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
