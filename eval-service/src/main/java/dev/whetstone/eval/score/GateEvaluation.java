package dev.whetstone.eval.score;

import dev.whetstone.contracts.decision.GateResult;
import dev.whetstone.contracts.loop.GateRole;
import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.eval.gate.CriticalItemsGate;
import dev.whetstone.eval.gate.GatePolicy;
import dev.whetstone.eval.gate.NonInferiorityGate;
import dev.whetstone.eval.gate.PairedScore;
import dev.whetstone.eval.gate.SliceGates;
import dev.whetstone.eval.gate.SuperiorityGate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Evaluates all gates: one per declared role, its slices (RETAIN) and its critical items (all items
 * of CANARY are critical); and shadow gates for shadow suites and for roles that are not declared.
 */
public final class GateEvaluation {
  private static final double DEFAULT_MARGIN = 0.03;
  private final LoopSpec.Evaluation declared;
  private final double freshAlpha;
  private final List<String> freshBatches;

  /**
   * @param freshAlpha one-sided level of the FRESH gate at this look; other gates use the declared
   *     level
   * @param freshBatches ids of the batches that FRESH items come from
   */
  public GateEvaluation(
      LoopSpec.Evaluation declared, double freshAlpha, List<String> freshBatches) {
    this.declared = declared;
    this.freshAlpha = freshAlpha;
    this.freshBatches = List.copyOf(freshBatches);
  }

  /**
   * @param anchors models whose scores bound the candidate's loss beside the champion's
   */
  public List<GateResult> evaluate(List<ScoredItem> items, List<AnchorScores> anchors) {
    List<GateResult> results = new ArrayList<>();
    for (GateRole role : GateRole.values()) {
      Optional<LoopSpec.Gate> gate = gate(role);
      List<PairedScore> scores = scores(items, role);
      if (gate.isPresent() || !scores.isEmpty()) {
        results.addAll(evaluate(policy(role, role.name(), gate), scores));
      }
      if (gate.isPresent()) {
        results.addAll(againstAnchors(items, role, gate.get(), anchors));
      }
    }
    shadowSuites(items)
        .forEach((suite, of) -> results.add(wholeRole(shadow(suite, of), paired(of))));
    return results;
  }

  /** The same test as against the champion, with the same margin, against each anchor. */
  private List<GateResult> againstAnchors(
      List<ScoredItem> items, GateRole role, LoopSpec.Gate gate, List<AnchorScores> anchors) {
    List<GateResult> results = new ArrayList<>();
    for (AnchorScores anchor : anchors) {
      List<PairedScore> scores =
          items.stream()
              .filter(scored -> scored.item().role() == role && anchor.covers(scored.item()))
              .map(scored -> scored.pairedWith(anchor.scores().get(scored.item().key())))
              .toList();
      if (!scores.isEmpty()) {
        GatePolicy policy = policy(role, role + " against " + anchor.name(), Optional.of(gate));
        results.add(NonInferiorityGate.evaluate(policy, scores));
      }
    }
    return results;
  }

  private static GateResult wholeRole(GatePolicy policy, List<PairedScore> scores) {
    return policy.role() == GateRole.CANARY
        ? CriticalItemsGate.all(policy, scores)
        : NonInferiorityGate.evaluate(policy, scores);
  }

  private List<GateResult> evaluate(GatePolicy policy, List<PairedScore> scores) {
    List<GateResult> results = new ArrayList<>();
    results.add(
        policy.role() == GateRole.FRESH
            ? SuperiorityGate.evaluate(policy, scores, freshBatches)
            : wholeRole(policy, scores));
    if (policy.role() == GateRole.RETAIN) {
      results.addAll(SliceGates.evaluate(policy, scores));
    }
    if (policy.role() != GateRole.CANARY) {
      CriticalItemsGate.evaluate(policy, scores).ifPresent(results::add);
    }
    return results;
  }

  private GatePolicy policy(GateRole role, String name, Optional<LoopSpec.Gate> gate) {
    return new GatePolicy(
        name,
        role,
        PrimaryMetric.metric(role),
        gate.map(LoopSpec.Gate::margin).orElse(DEFAULT_MARGIN),
        gate.map(LoopSpec.Gate::minItems).orElse(1),
        role == GateRole.FRESH ? freshAlpha : declared.alpha(),
        gate.map(LoopSpec.Gate::mode).orElse(LoopSpec.Gate.Mode.SHADOW)
            == LoopSpec.Gate.Mode.ENFORCE);
  }

  private GatePolicy shadow(String suite, List<ScoredItem> items) {
    GateRole role = items.getFirst().item().role();
    return new GatePolicy(
        role + "/" + suite,
        role,
        PrimaryMetric.metric(role),
        gate(role).map(LoopSpec.Gate::margin).orElse(DEFAULT_MARGIN),
        1,
        declared.alpha(),
        false);
  }

  private Optional<LoopSpec.Gate> gate(GateRole role) {
    return declared.gates().stream().filter(gate -> gate.role() == role).findFirst();
  }

  private static List<PairedScore> scores(List<ScoredItem> items, GateRole role) {
    return paired(
        items.stream()
            .filter(scored -> scored.item().role() == role && !scored.item().shadow())
            .toList());
  }

  private static Map<String, List<ScoredItem>> shadowSuites(List<ScoredItem> items) {
    Map<String, List<ScoredItem>> suites = new TreeMap<>();
    items.stream()
        .filter(scored -> scored.item().shadow())
        .forEach(
            scored ->
                suites
                    .computeIfAbsent(scored.item().suite(), name -> new ArrayList<>())
                    .add(scored));
    return suites;
  }

  private static List<PairedScore> paired(List<ScoredItem> items) {
    return items.stream().map(ScoredItem::paired).toList();
  }
}
