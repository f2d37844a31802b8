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
  private static final double TOO_COMMON = 0.5;

  /**
   * Entries of the index of leaders that are looked at for one prompt. Beyond that a prompt may
   * start a topic of its own although an earlier one is alike: the time for n prompts stays in
   * proportion to n.
   */
  private static final int MOST_POSTINGS = 4_000;

  private TopicGrouping() {}

  /** The topic of each example, by example id. */
  static Map<String, String> of(List<Example> examples) {
    return of(examples, MOST_POSTINGS);
  }

  static Map<String, String> of(List<Example> examples, int mostPostings) {
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
    topics.putAll(byWording(untagged, mostPostings));
    return topics;
  }

  private static Map<String, String> byWording(List<Example> examples, int mostPostings) {
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
    var leaders = new TopicLeaders(holders, mostPostings);
    Map<String, String> topics = new HashMap<>();
    for (Example example : examples.stream().sorted(Comparator.comparing(Example::id)).toList()) {
      topics.put(example.id(), "like:" + leaders.join(example.id(), words.get(example.id())));
    }
    return topics;
  }
}
