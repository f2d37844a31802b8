package dev.whetstone.curation.stage.balance;

import dev.whetstone.curation.example.Example;
import dev.whetstone.curation.text.ChatTexts;
import dev.whetstone.curation.text.Tokenization;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Groups examples by topic: by their first tag, or without tags by the wording of the prompt, where
 * each joins the first earlier prompt with which it shares enough distinctive words.
 */
final class TopicGrouping {
  private static final double ALIKE = 0.3;
  private static final int TELLING_WORDS = 3;
  private static final double TOO_COMMON = 0.5;

  private TopicGrouping() {}

  /** The topic of each example, by example id. */
  static Map<String, String> of(List<Example> examples) {
    Map<String, String> topics = new HashMap<>();
    List<Example> untagged = new ArrayList<>();
    for (Example example : examples) {
      List<String> tags = example.provenance().tags();
      if (tags.isEmpty()) {
        untagged.add(example);
      } else {
        topics.put(example.id(), "tag:" + tags.getFirst());
      }
    }
    topics.putAll(byWording(untagged));
    return topics;
  }

  private record Leader(String id, Set<String> words) {}

  private static Map<String, String> byWording(List<Example> examples) {
    Map<String, Set<String>> words = new HashMap<>();
    Map<String, Integer> holders = new HashMap<>();
    for (Example example : examples) {
      Set<String> own = new HashSet<>(Tokenization.of(ChatTexts.prompt(example.prompt())));
      own.removeIf(word -> Character.isDigit(word.charAt(0)));
      words.put(example.id(), own);
      own.forEach(word -> holders.merge(word, 1, Integer::sum));
    }
    int tooCommon = (int) Math.max(2, TOO_COMMON * examples.size());
    words.values().forEach(own -> own.removeIf(word -> holders.get(word) > tooCommon));
    Map<String, List<Leader>> leaders = new HashMap<>();
    Map<String, String> topics = new HashMap<>();
    for (Example example : examples.stream().sorted(Comparator.comparing(Example::id)).toList()) {
      Set<String> own = words.get(example.id());
      List<String> telling = telling(own, holders);
      Leader leader = find(own, telling, leaders);
      if (leader == null) {
        Leader first = new Leader(example.id(), own);
        telling.forEach(word -> leaders.computeIfAbsent(word, _ -> new ArrayList<>()).add(first));
        leader = first;
      }
      topics.put(example.id(), "like:" + leader.id());
    }
    return topics;
  }

  /** The most frequent words that are not too common: topics are made of recurring words. */
  private static List<String> telling(Set<String> words, Map<String, Integer> holders) {
    return words.stream()
        .sorted(
            Comparator.comparing((String word) -> holders.get(word))
                .reversed()
                .thenComparing(Comparator.naturalOrder()))
        .limit(TELLING_WORDS)
        .toList();
  }

  private static @org.jspecify.annotations.Nullable Leader find(
      Set<String> own, List<String> telling, Map<String, List<Leader>> leaders) {
    for (String word : telling) {
      for (Leader leader : leaders.getOrDefault(word, List.of())) {
        long common = own.stream().filter(leader.words()::contains).count();
        if (common >= ALIKE * (own.size() + leader.words().size() - common)) {
          return leader;
        }
      }
    }
    return null;
  }
}
