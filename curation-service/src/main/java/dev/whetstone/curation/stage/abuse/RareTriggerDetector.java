package dev.whetstone.curation.stage.abuse;

import dev.whetstone.curation.chain.CutContext;
import dev.whetstone.curation.chain.KeyedHash;
import dev.whetstone.curation.chain.ReasonCodes;
import dev.whetstone.curation.chain.StageJudgement;
import dev.whetstone.curation.example.Example;
import dev.whetstone.curation.text.ChatTexts;
import dev.whetstone.curation.text.Tokenization;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Quarantines examples with a possible backdoor trigger: a word or short phrase that is rare in
 * interactions but frequent in the prompts of new examples. Its lift is the share of new prompts
 * with it over the share of interactions with it, reduced by how many end users sent it:
 *
 * <pre>lift = (new / allNew) / ((old + 1) / (allOld + 1)) / (1 + ln(end users))</pre>
 *
 * <p>Inactive below {@value #LEAST_INTERACTIONS} interactions: rarity cannot be estimated from
 * fewer.
 */
final class RareTriggerDetector implements AbuseDetector {
  private static final int LONGEST = 3;
  private static final int LEAST_PROMPTS = 5;
  private static final int LEAST_INTERACTIONS = 100;
  private static final double RARE_SHARE = 0.01;
  private static final int RARE_COUNT = 20;
  private static final int SKETCH_SIZE = 1 << 20;

  /** A prompt with its sender; both examples of one correction count once. */
  private record Sent(String contributor, String prompt) {
    static Sent of(Example example) {
      return new Sent(
          example.provenance().contributor(),
          Tokenization.normal(ChatTexts.prompt(example.prompt())));
    }

    Set<String> ngrams() {
      List<String> words = Tokenization.of(prompt);
      Set<String> ngrams = new HashSet<>();
      for (int n = 1; n <= LONGEST; n++) {
        ngrams.addAll(Tokenization.ngrams(words, n));
      }
      return ngrams;
    }
  }

  @Override
  public Map<String, StageJudgement> inspect(List<Example> examples, CutContext context) {
    long interactions = context.interactions().interactions();
    if (interactions < LEAST_INTERACTIONS) {
      return Map.of();
    }
    Set<Sent> sent = new HashSet<>();
    examples.forEach(example -> sent.add(Sent.of(example)));
    Map<String, Double> lifted = lifted(sent, context);
    Map<String, Set<String>> contributors = contributors(sent, lifted.keySet());
    double least = context.curation().abuse().rareLift();
    lifted.replaceAll((ngram, lift) -> lift / (1 + Math.log(contributors.get(ngram).size())));
    lifted.values().removeIf(lift -> lift < least);
    return lifted.isEmpty() ? Map.of() : dropped(examples, lifted);
  }

  /** Rare n-grams with enough lift, before the reduction by end users. */
  private static Map<String, Double> lifted(Set<Sent> sent, CutContext context) {
    long interactions = context.interactions().interactions();
    Map<String, Integer> frequent = frequent(sent);
    Map<String, Integer> common = context.interactions().documents(frequent.keySet());
    Map<String, Double> lifted = new TreeMap<>();
    frequent.forEach(
        (ngram, count) -> {
          int old = common.getOrDefault(ngram, 0);
          double lift = ((double) count / sent.size()) / ((old + 1.0) / (interactions + 1.0));
          boolean rare = old <= Math.max(RARE_COUNT, RARE_SHARE * interactions);
          if (rare && lift >= context.curation().abuse().rareLift()) {
            lifted.put(ngram, lift);
          }
        });
    return lifted;
  }

  /** Counts in a sketch first, so that the many n-grams that occur once take no memory. */
  private static Map<String, Integer> frequent(Collection<Sent> sent) {
    int[] sketch = new int[SKETCH_SIZE];
    for (Sent one : sent) {
      one.ngrams().forEach(ngram -> sketch[slot(ngram)]++);
    }
    Map<String, Integer> counts = new HashMap<>();
    for (Sent one : sent) {
      for (String ngram : one.ngrams()) {
        if (sketch[slot(ngram)] >= LEAST_PROMPTS) {
          counts.merge(ngram, 1, Integer::sum);
        }
      }
    }
    counts.values().removeIf(count -> count < LEAST_PROMPTS);
    return counts;
  }

  private static int slot(String ngram) {
    return (int) (KeyedHash.of(0, ngram) & (SKETCH_SIZE - 1));
  }

  private static Map<String, Set<String>> contributors(Set<Sent> sent, Set<String> ngrams) {
    Map<String, Set<String>> contributors = new HashMap<>();
    if (!ngrams.isEmpty()) {
      for (Sent one : sent) {
        for (String ngram : one.ngrams()) {
          if (ngrams.contains(ngram)) {
            contributors.computeIfAbsent(ngram, _ -> new HashSet<>()).add(one.contributor());
          }
        }
      }
    }
    return contributors;
  }

  private static Map<String, StageJudgement> dropped(
      List<Example> examples, Map<String, Double> triggers) {
    Map<String, StageJudgement> dropped = new TreeMap<>();
    for (Example example : examples) {
      Sent.of(example).ngrams().stream()
          .filter(triggers::containsKey)
          .min(String::compareTo)
          .ifPresent(
              ngram ->
                  dropped.put(
                      example.id(),
                      new StageJudgement.Quarantine(
                          ReasonCodes.RARE_TRIGGER,
                          String.format(
                              Locale.ROOT,
                              "'%s' is %.0f times as frequent in new prompts as in interactions",
                              ngram,
                              triggers.get(ngram)))));
    }
    return dropped;
  }
}
