package dev.whetstone.eval.driver;

import dev.whetstone.contracts.loop.LoopSpec;

/**
 * Where and how models are asked may be corrected while an evaluation runs; what it measures not.
 */
final class CurrentEndpoints {
  private CurrentEndpoints() {}

  /**
   * The frozen declaration with the newest one's servers. After a change of the base model the
   * newest servers are for another base, so that the frozen ones stay.
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
