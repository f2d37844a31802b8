package dev.whetstone.eval.score;

import dev.whetstone.eval.answer.RefusalRate;
import dev.whetstone.eval.item.EvaluationItem;
import dev.whetstone.eval.probe.EffectProbe;
import dev.whetstone.eval.serving.ServingPort.Answer;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Selects the prompts of an effect probe: those with the fewest tokens, because short answers cost
 * least and servers repeat them most reliably. The same evaluation gives the same prompts.
 */
public final class ProbeSelectionRule {
  static final int MOST_PROMPTS = 8;

  private ProbeSelectionRule() {}

  /**
   * @return empty if base and candidate answered no common question differently
   */
  public static Optional<EffectProbe> select(
      List<ScoredItem> items, double tolerance, int maxTokens) {
    Map<String, ScoredItem> byQuestion = new LinkedHashMap<>();
    items.stream()
        .filter(ProbeSelectionRule::isDistinctive)
        .forEach(scored -> byQuestion.putIfAbsent(scored.item().questionSha256(), scored));
    List<EffectProbe.Prompt> prompts =
        byQuestion.values().stream()
            .sorted(
                Comparator.comparingInt(ProbeSelectionRule::tokens)
                    .thenComparing(scored -> scored.item().questionSha256()))
            .limit(MOST_PROMPTS)
            .map(ProbeSelectionRule::prompt)
            .toList();
    return prompts.isEmpty()
        ? Optional.empty()
        : Optional.of(new EffectProbe(tolerance, maxTokens, prompts));
  }

  private static boolean isDistinctive(ScoredItem scored) {
    Answer base = scored.base();
    return base != null
        && !RefusalRate.isRefused(base)
        && !RefusalRate.isRefused(scored.candidate())
        && !Objects.equals(base.text(), scored.candidate().text());
  }

  private static int tokens(ScoredItem scored) {
    return scored.candidate().promptTokens() + scored.candidate().completionTokens();
  }

  private static EffectProbe.Prompt prompt(ScoredItem scored) {
    EvaluationItem item = scored.item();
    return new EffectProbe.Prompt(
        item.key(),
        item.messages(),
        item.tools(),
        scored.candidate().text(),
        scored.base() == null ? null : scored.base().text());
  }
}
