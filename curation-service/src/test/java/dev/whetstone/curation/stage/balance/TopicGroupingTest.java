package dev.whetstone.curation.stage.balance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.curation.chain.Samples;
import dev.whetstone.curation.example.Example;
import dev.whetstone.curation.text.ChatTexts;
import dev.whetstone.curation.text.Tokenization;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class TopicGroupingTest {
  /** The index finds what a comparison with every leader finds. */
  @Property(tries = 200)
  void shouldGroupAsComparingWithEveryLeaderDoes(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 120) int n,
      @ForAll @IntRange(min = 3, max = 60) int vocabulary) {
    List<Example> examples = examples(new Random(seed), n, vocabulary);

    assertThat(TopicGrouping.of(examples)).isEqualTo(plain(examples));
  }

  /** Every prompt has the popular word; comparing all with all would take n² comparisons. */
  @Test
  void shouldTakeTimeInProportionToTheNumberOfPrompts() {
    long small = cpuMillis(examples(new Random(1), 5_000, 20_000));
    long large = cpuMillis(examples(new Random(2), 20_000, 80_000));

    System.out.println(
        "topics: 5,000 prompts " + small + " ms, 20,000 prompts " + large + " ms CPU");
    assertThat(large).as("ms of CPU; four times as many prompts").isLessThan(10 * (small + 200));
  }

  private static long cpuMillis(List<Example> examples) {
    var threads = ManagementFactory.getThreadMXBean();
    long start = threads.getCurrentThreadCpuTime();
    assertThat(TopicGrouping.of(examples)).hasSize(examples.size());
    return (threads.getCurrentThreadCpuTime() - start) / 1_000_000;
  }

  /** Few words are frequent and many are rare, as in a language. */
  private static List<Example> examples(Random random, int n, int vocabulary) {
    List<Example> examples = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      List<String> words = new ArrayList<>();
      if (random.nextInt(5) < 2) {
        words.add("popular");
      }
      int length = 1 + random.nextInt(12);
      for (int k = 0; k < length; k++) {
        words.add("w" + (int) (vocabulary * Math.pow(random.nextDouble(), 2)) + "x");
      }
      words.add(String.valueOf(i));
      examples.add(Samples.sft(String.join(" ", words), "a"));
    }
    return examples;
  }

  private record Leader(String id, Set<String> words) {}

  private static Map<String, String> plain(List<Example> examples) {
    Map<String, Set<String>> words = new HashMap<>();
    Map<String, Integer> holders = new HashMap<>();
    for (Example example : examples) {
      Set<String> own = new HashSet<>(Tokenization.of(ChatTexts.prompt(example.prompt())));
      own.removeIf(word -> Character.isDigit(word.charAt(0)));
      words.put(example.id(), own);
      own.forEach(word -> holders.merge(word, 1, Integer::sum));
    }
    int tooCommon = (int) Math.max(2, 0.5 * examples.size());
    words.values().forEach(own -> own.removeIf(word -> holders.get(word) > tooCommon));
    Map<String, List<Leader>> leaders = new HashMap<>();
    Map<String, String> topics = new LinkedHashMap<>();
    for (Example example : examples.stream().sorted(Comparator.comparing(Example::id)).toList()) {
      Set<String> own = words.get(example.id());
      List<String> telling =
          own.stream()
              .sorted(
                  Comparator.comparing((String word) -> holders.get(word))
                      .reversed()
                      .thenComparing(Comparator.naturalOrder()))
              .limit(3)
              .toList();
      Leader leader =
          telling.stream()
              .flatMap(word -> leaders.getOrDefault(word, List.of()).stream())
              .filter(one -> alike(own, one.words()))
              .findFirst()
              .orElse(null);
      if (leader == null) {
        Leader first = new Leader(example.id(), own);
        telling.forEach(word -> leaders.computeIfAbsent(word, _ -> new ArrayList<>()).add(first));
        leader = first;
      }
      topics.put(example.id(), "like:" + leader.id());
    }
    return topics;
  }

  private static boolean alike(Set<String> own, Set<String> other) {
    long common = own.stream().filter(other::contains).count();
    return common >= 0.3 * (own.size() + other.size() - common);
  }
}
