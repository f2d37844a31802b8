package dev.whetstone.eval.probe;

import dev.whetstone.eval.probe.ProbeResult.Outcome;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Compares a replica's answers to a probe with the recorded ones. */
public final class ProbeComparisonRule {
  private ProbeComparisonRule() {}

  /**
   * The replica passes if at most {@code ceil(tolerance × n)} answers differ from the candidate's,
   * and at least one equals it. Of the others, those with more answers of the base than of the
   * candidate are said to answer as the base.
   *
   * @param answers one for each prompt, in the order of the prompts
   */
  public static ProbeResult compare(EffectProbe probe, List<@Nullable String> answers) {
    int asked = probe.prompts().size();
    if (answers.size() != asked) {
      throw new IllegalArgumentException(answers.size() + " answers to " + asked + " prompts");
    }
    int asCandidate = 0;
    int asBase = 0;
    for (int i = 0; i < asked; i++) {
      EffectProbe.Prompt prompt = probe.prompts().get(i);
      asCandidate += Objects.equals(answers.get(i), prompt.candidate()) ? 1 : 0;
      asBase += Objects.equals(answers.get(i), prompt.base()) ? 1 : 0;
    }
    int required = Math.max(1, asked - (int) Math.ceil(probe.tolerance() * asked));
    Outcome outcome =
        asCandidate >= required
            ? Outcome.CANDIDATE
            : asBase > asCandidate ? Outcome.BASE : Outcome.OTHER;
    return new ProbeResult(outcome, asked, asCandidate, asBase);
  }
}
