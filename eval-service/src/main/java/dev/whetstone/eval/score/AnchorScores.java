package dev.whetstone.eval.score;

import dev.whetstone.contracts.loop.GateRole;
import dev.whetstone.eval.item.EvaluationItem;
import java.util.Map;
import java.util.Set;

/**
 * The scores of a model that the candidate is compared with beside the champion: the base or a
 * former champion.
 *
 * @param name in words, for example {@code the base} or {@code generation 3}
 * @param roles whose loss is bounded against this model
 * @param scores by the items' keys, each 0 to 1
 */
public record AnchorScores(String name, Set<GateRole> roles, Map<String, Double> scores) {
  public AnchorScores {
    roles = Set.copyOf(roles);
    scores = Map.copyOf(scores);
  }

  boolean covers(EvaluationItem item) {
    return roles.contains(item.role()) && !item.shadow() && scores.containsKey(item.key());
  }
}
