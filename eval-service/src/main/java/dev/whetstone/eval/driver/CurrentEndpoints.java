package dev.whetstone.eval.driver;

import dev.whetstone.contracts.loop.LoopSpec;

/**
 * Applies the newest server addresses to a frozen declaration. Addresses may be corrected while an
 * evaluation runs; what it measures may not change.
 */
final class CurrentEndpoints {
  private CurrentEndpoints() {}

  /**
   * Returns the frozen declaration with the servers of the newest one. If the base model changed,
   * the newest servers serve another base, so the frozen servers are kept.
   */
  static LoopSpec of(LoopSpec frozen, LoopSpec newest) {
    LoopSpec.Spec spec = frozen.spec();
    if (!spec.baseModel().equals(newest.spec().baseModel())) {
      return frozen;
    }
    LoopSpec.Evaluation rules = spec.evaluation();
    LoopSpec.Evaluation evaluation =
        new LoopSpec.Evaluation(
            rules.gates(),
            rules.suites(),
            newest.spec().evaluation().endpoint(),
            rules.alpha(),
            rules.reproducibilityItems(),
            rules.maxDiscordance(),
            rules.concurrency(),
            rules.maxTokens(),
            rules.sequential(),
            rules.falseDiscoveryRate());
    return new LoopSpec(
        frozen.apiVersion(),
        frozen.kind(),
        frozen.metadata(),
        new LoopSpec.Spec(
            spec.profile(),
            spec.baseModel(),
            spec.systemPrompt(),
            spec.consent(),
            spec.curation(),
            spec.training(),
            evaluation,
            spec.rollout(),
            newest.spec().serving(),
            spec.budgets(),
            spec.retention()));
  }
}
