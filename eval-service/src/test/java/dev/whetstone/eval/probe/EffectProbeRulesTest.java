package dev.whetstone.eval.probe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.contracts.chat.ChatMessage;
import dev.whetstone.contracts.loop.GateRole;
import dev.whetstone.eval.decision.DecisionFacts.Effect;
import dev.whetstone.eval.item.EvaluationItem;
import dev.whetstone.eval.score.AdapterEffectRule;
import dev.whetstone.eval.score.ProbeSelectionRule;
import dev.whetstone.eval.score.ScoredItem;
import dev.whetstone.eval.serving.ServingPort.Answer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which prompts a probe consists of, and what a replica's answers to them show. */
class EffectProbeRulesTest {
  @ParameterizedTest
  @CsvSource({
    "8, 8, 0, 0.02, CANDIDATE",
    "8, 7, 0, 0.02, CANDIDATE",
    "8, 7, 1, 0.02, CANDIDATE",
    "8, 6, 1, 0.02, OTHER",
    "8, 6, 0, 0.25, CANDIDATE",
    "8, 7, 0, 0, OTHER",
    "8, 0, 8, 0.02, BASE",
    "8, 3, 5, 0.02, BASE",
    "8, 4, 4, 0.02, OTHER",
    "8, 0, 0, 0.02, OTHER",
    "8, 0, 0, 1, OTHER",
    "1, 1, 0, 0.02, CANDIDATE",
    "1, 0, 1, 0.02, BASE",
  })
  void shouldTellTheAdapterFromTheBase(
      int prompts, int asCandidate, int asBase, double tolerance, ProbeResult.Outcome outcome) {
    List<EffectProbe.Prompt> recorded = new ArrayList<>();
    List<String> answers = new ArrayList<>();
    for (int i = 0; i < prompts; i++) {
      recorded.add(new EffectProbe.Prompt("item", List.of(), null, "taught " + i, "base " + i));
      answers.add(
          i < asCandidate ? "taught " + i : i < asCandidate + asBase ? "base " + i : "another");
    }

    ProbeResult result =
        ProbeComparisonRule.compare(new EffectProbe(tolerance, 64, recorded), answers);

    assertThat(result).isEqualTo(new ProbeResult(outcome, prompts, asCandidate, asBase));
    assertThat(result.description()).contains("of " + prompts + " probe prompts");
  }

  @Test
  void shouldSelectTheShortestPromptsThatTheModelsAnsweredDifferently() {
    List<ScoredItem> items = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      items.add(scored(i, "base " + i, i % 2 == 0 ? "taught " + i : "base " + i, "stop", 100 - i));
    }
    items.add(scored(20, "base", null, "refused", 1));
    items.add(scored(21, null, "taught", "stop", 1));

    EffectProbe probe = ProbeSelectionRule.select(items, 0.05, 64).orElseThrow();

    assertThat(probe.prompts())
        .extracting(EffectProbe.Prompt::candidate)
        .containsExactly(
            "taught 18",
            "taught 16",
            "taught 14",
            "taught 12",
            "taught 10",
            "taught 8",
            "taught 6",
            "taught 4");
    assertThat(probe.prompts().getFirst().base()).isEqualTo("base 18");
    assertThat(ProbeSelectionRule.select(items.reversed(), 0.05, 64)).contains(probe);
    assertThat(ProbeSelectionRule.select(items.subList(1, 2), 0.05, 64)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"100, 0, true", "100, 1, false", "8, 0, true", "7, 0, false", "0, 0, false"})
  void shouldFindAnAdapterWithoutEffect(int compared, int differing, boolean fault) {
    List<ScoredItem> items = new ArrayList<>();
    for (int i = 0; i < compared; i++) {
      items.add(scored(i, "base", i < differing ? "taught" : "base", "stop", 1));
    }
    items.add(scored(compared, "base", null, "refused", 1));

    Effect effect = AdapterEffectRule.measure(items, ScoredItem::candidate);

    assertThat(effect).isEqualTo(new Effect(compared, differing));
    assertThat(AdapterEffectRule.fault(effect).isPresent()).isEqualTo(fault);
    assertThat(AdapterEffectRule.fault(effect).orElse("adapter-has-no-effect"))
        .startsWith("adapter-has-no-effect");
  }

  /** An item; null for the base means that it was not asked. */
  private static ScoredItem scored(
      int number, String base, String candidate, String finish, int tokens) {
    EvaluationItem item =
        new EvaluationItem(
            GateRole.FRESH,
            "fresh/b",
            false,
            "item-" + number,
            List.of(ChatMessage.user("question " + number)),
            null,
            "right",
            null,
            null,
            null,
            false,
            "digest-" + number);
    return ScoredItem.of(
        item,
        base == null ? null : new Answer(base, "stop", 1, 1),
        new Answer("champion", "stop", 1, 1),
        new Answer(candidate, finish, 1, tokens));
  }
}
