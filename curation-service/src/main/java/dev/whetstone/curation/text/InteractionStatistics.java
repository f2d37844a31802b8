package dev.whetstone.curation.text;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How common wording is in the prompts that the model receives. Only the n-grams that a stage asks
 * for are counted, so that memory does not grow with all n-grams of all interactions.
 */
public interface InteractionStatistics {
  /** Number of interactions counted over. */
  long interactions();

  /**
   * In how many interactions' prompts each n-gram occurs.
   *
   * @param ngrams words as {@link Tokenization#of} gives them, joined by one space
   * @return a count for every n-gram asked for, 0 where it does not occur
   */
  Map<String, Integer> documents(Set<String> ngrams);

  /** No interactions: no n-gram is common. */
  static InteractionStatistics none() {
    return ofPrompts(List.of());
  }

  /**
   * Statistics over prompts held in memory.
   *
   * @param prompts the user side of each interaction as text ({@link ChatTexts#prompt})
   */
  static InteractionStatistics ofPrompts(Collection<String> prompts) {
    List<String> texts = List.copyOf(prompts);
    return new InteractionStatistics() {
      @Override
      public long interactions() {
        return texts.size();
      }

      @Override
      public Map<String, Integer> documents(Set<String> ngrams) {
        return countDocuments(texts, ngrams);
      }
    };
  }

  private static Map<String, Integer> countDocuments(List<String> texts, Set<String> ngrams) {
    var counts = new HashMap<String, Integer>();
    ngrams.forEach(ngram -> counts.put(ngram, 0));
    List<Integer> lengths = ngrams.stream().map(Tokenization::count).distinct().sorted().toList();
    if (lengths.isEmpty()) {
      return counts;
    }
    for (String text : texts) {
      List<String> words = Tokenization.of(text);
      lengths.stream()
          .flatMap(n -> Tokenization.ngrams(words, n).stream())
          .filter(counts::containsKey)
          .distinct()
          .forEach(ngram -> counts.merge(ngram, 1, Integer::sum));
    }
    return counts;
  }
}
