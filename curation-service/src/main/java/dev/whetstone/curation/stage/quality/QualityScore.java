package dev.whetstone.curation.stage.quality;

import dev.whetstone.contracts.feedback.FeedbackSource;
import dev.whetstone.curation.chain.AdmissionFacts;
import dev.whetstone.curation.example.Example;
import dev.whetstone.curation.text.ChatTexts;
import dev.whetstone.curation.text.Tokenization;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The quality of an example, 0 to 1: the weighted mean of its components. Components without data
 * are left out, so that an example does not lose score for a signal that was never sent.
 */
public final class QualityScore {
  public static final String QUALITY = "quality";

  private static final double TRUST_WEIGHT = 2;
  private static final double AGREEMENT_WEIGHT = 2;
  private static final double LENGTH_WEIGHT = 1;
  private static final double EDIT_WEIGHT = 1;
  private static final double IMPLICIT_WEIGHT = 1;
  private static final double JUDGE_WEIGHT = 2;

  private static final int LONG_ANSWER_WORDS = 800;
  private static final int MOST_COMPARED_WORDS = 400;
  private static final double ROUNDING = 10_000;

  private QualityScore() {}

  /** Each component and, under {@value #QUALITY}, their weighted mean; rounded to four digits. */
  public static Map<String, Double> of(Example example, Map<String, Object> facts) {
    var scores = new TreeMap<String, Double>();
    double sum = 0;
    double weights = 0;
    for (Component component : components(example, facts)) {
      scores.put(component.name(), round(component.value()));
      sum += component.weight() * component.value();
      weights += component.weight();
    }
    scores.put(QUALITY, round(sum / weights));
    return scores;
  }

  private record Component(String name, double value, double weight) {}

  private static List<Component> components(Example example, Map<String, Object> facts) {
    var components = new java.util.ArrayList<Component>();
    components.add(new Component("trust", trust(example), TRUST_WEIGHT));
    components.add(new Component("length", lengthFit(example), LENGTH_WEIGHT));
    String served = example.provenance().servedAnswer();
    if (served != null
        && example.positive()
        && example.completion() != null
        && example.label() == null) {
      components.add(
          new Component("edit", edit(served, ChatTexts.answer(example.answer())), EDIT_WEIGHT));
    }
    if (facts.get(AdmissionFacts.AGREEMENT) instanceof Number agreement) {
      components.add(new Component("agreement", clamp(agreement.doubleValue()), AGREEMENT_WEIGHT));
    }
    if (facts.get(AdmissionFacts.IMPLICIT) instanceof Number implicit) {
      components.add(
          new Component("implicit", clamp((implicit.doubleValue() + 1) / 2), IMPLICIT_WEIGHT));
    }
    if (facts.get(AdmissionFacts.JUDGE) instanceof Number judge) {
      components.add(new Component("judge", clamp(judge.doubleValue()), JUDGE_WEIGHT));
    }
    return components;
  }

  /**
   * Trust in the source of the feedback: people and programs highest, then LLM judges, then
   * implicit behaviour.
   */
  private static double trust(Example example) {
    FeedbackSource.Type type = example.provenance().sourceType();
    double trust =
        switch (type) {
          case HUMAN -> 0.9;
          case CODE -> 0.9;
          case LLM_JUDGE -> 0.6;
          case IMPLICIT -> 0.4;
        };
    return example.provenance().imported() ? Math.max(trust, 1.0) : trust;
  }

  /** 1 up to {@value #LONG_ANSWER_WORDS} words, then falling: long answers hide errors. */
  private static double lengthFit(Example example) {
    int words = Tokenization.of(ChatTexts.answer(example.taught())).size();
    return words <= LONG_ANSWER_WORDS ? 1 : (double) LONG_ANSWER_WORDS / words;
  }

  /**
   * How much a correction changed, from 0.5 (almost nothing) to 1 (half of the words or more). A
   * correction that changes little teaches little.
   */
  private static double edit(String served, String corrected) {
    List<String> before = Tokenization.of(served);
    List<String> after = Tokenization.of(corrected);
    int longest = Math.max(before.size(), after.size());
    if (longest == 0 || longest > MOST_COMPARED_WORDS) {
      return 1;
    }
    return Math.min(1, 0.5 + (double) distance(before, after) / longest);
  }

  /** Levenshtein distance in words. */
  private static int distance(List<String> from, List<String> to) {
    int[] previous = new int[to.size() + 1];
    for (int j = 0; j <= to.size(); j++) {
      previous[j] = j;
    }
    for (int i = 1; i <= from.size(); i++) {
      int[] current = new int[to.size() + 1];
      current[0] = i;
      for (int j = 1; j <= to.size(); j++) {
        int substitution = previous[j - 1] + (from.get(i - 1).equals(to.get(j - 1)) ? 0 : 1);
        current[j] = Math.min(substitution, 1 + Math.min(previous[j], current[j - 1]));
      }
      previous = current;
    }
    return previous[to.size()];
  }

  private static double clamp(double value) {
    return Math.clamp(value, 0.0, 1.0);
  }

  private static double round(double value) {
    return Math.round(value * ROUNDING) / ROUNDING;
  }
}
