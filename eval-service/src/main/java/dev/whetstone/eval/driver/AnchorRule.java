package dev.whetstone.eval.driver;

import dev.whetstone.contracts.decision.GateResult;
import dev.whetstone.contracts.loop.GateRole;
import dev.whetstone.eval.champion.Champion;
import dev.whetstone.eval.decision.Decision;
import dev.whetstone.eval.gate.GateKind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Selects the former champions that a candidate is compared with beside the base and the champion:
 * for each role the one that scored best in the evaluation that promoted it. Without them a series
 * of promotions, each within the margin of its predecessor, could lose any amount.
 */
final class AnchorRule {
  private AnchorRule() {}

  /**
   * @param history every generation of the loop, newest first
   * @param decisions of the loop
   * @param excluded checkpoints that must not be used, for example tainted ones
   * @return none for a role in which the current champion scored best; each model once
   */
  static List<Champion> select(
      List<Champion> history, List<Decision> decisions, Set<String> excluded, Set<GateRole> roles) {
    if (history.isEmpty()) {
      return List.of();
    }
    @Nullable String current = history.getFirst().checkpointId();
    Map<String, Decision> promotions = promotions(decisions);
    List<Champion> selected = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    for (GateRole role : GateRole.values()) {
      if (!roles.contains(role)) {
        continue;
      }
      @Nullable Champion best = best(history, promotions, excluded, role);
      if (best != null
          && !Objects.equals(best.checkpointId(), current)
          && seen.add(String.valueOf(best.checkpointId()))) {
        selected.add(best);
      }
    }
    return selected;
  }

  /** Of equal scores the newest generation's. */
  private static @Nullable Champion best(
      List<Champion> history,
      Map<String, Decision> promotions,
      Set<String> excluded,
      GateRole role) {
    @Nullable Champion best = null;
    double most = -1;
    for (Champion champion : history) {
      Decision promotion = promotions.get(String.valueOf(champion.decisionId()));
      if (promotion == null
          || champion.isBase()
          || excluded.contains(String.valueOf(champion.checkpointId()))) {
        continue;
      }
      double score = score(promotion, role);
      if (score > most) {
        best = champion;
        most = score;
      }
    }
    return best;
  }

  /** Promotions that were not rolled back, by their decisions' ids. */
  private static Map<String, Decision> promotions(List<Decision> decisions) {
    Map<String, Decision> promotions = new HashMap<>();
    decisions.stream()
        .filter(decision -> decision.adoption() != Decision.Adoption.ROLLED_BACK)
        .forEach(decision -> promotions.put(decision.id(), decision));
    return promotions;
  }

  /** The score in the evaluation that promoted it; -1 if the role was not measured. */
  private static double score(Decision promotion, GateRole role) {
    return promotion.body().gates().stream()
        .filter(gate -> gate.role() == role && GateKind.of(gate) == GateKind.ROLE)
        .map(GateResult::candidate)
        .filter(Objects::nonNull)
        .findFirst()
        .orElse(-1.0);
  }
}
