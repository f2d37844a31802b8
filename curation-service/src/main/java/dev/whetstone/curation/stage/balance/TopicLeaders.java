package dev.whetstone.curation.stage.balance;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The first prompt of each topic, found by words. A prompt joins the first leader with which it
 * shares a telling word and enough of all words.
 *
 * <p>Leaders are indexed by their rarest words. Two sets of which the common part is at least a
 * share {@code t} of the union have at least {@code t} of each set in common, so at least one of
 * the {@code n − ⌈t·n⌉ + 1} rarest words of each set of {@code n} words is in both: what this index
 * does not find is not alike.
 */
final class TopicLeaders {
  private static final double ALIKE = 0.3;
  private static final int TELLING_WORDS = 3;

  private final Map<String, Integer> holders;
  private final int mostPostings;
  private final Map<String, List<Leader>> byRareWord = new HashMap<>();
  private int number;

  private record Leader(int number, String id, Set<String> words, List<String> telling) {}

  /** A leader that shares a telling word; {@code rank} is the place of the first one shared. */
  private record Candidate(int rank, Leader leader) {}

  /**
   * @param holders in how many prompts each word occurs
   * @param mostPostings index entries that are looked at for one prompt
   */
  TopicLeaders(Map<String, Integer> holders, int mostPostings) {
    this.holders = holders;
    this.mostPostings = mostPostings;
  }

  /** The leader of the prompt's topic; itself when none is alike. */
  String join(String id, Set<String> words) {
    List<String> telling = telling(words);
    List<String> rare = rare(words);
    Leader found = find(words, telling, rare);
    if (found != null) {
      return found.id();
    }
    Leader leader = new Leader(number++, id, words, telling);
    rare.forEach(word -> byRareWord.computeIfAbsent(word, _ -> new ArrayList<>()).add(leader));
    return id;
  }

  /** The most frequent words that are not too common: topics are made of recurring words. */
  private List<String> telling(Set<String> words) {
    return words.stream().sorted(rarestFirst().reversed()).limit(TELLING_WORDS).toList();
  }

  private List<String> rare(Set<String> words) {
    // A product slightly above a whole number must not shorten the list.
    int common = (int) Math.ceil(ALIKE * words.size() - 1e-9);
    return words.stream()
        .sorted(rarestFirst())
        .limit(words.isEmpty() ? 0 : words.size() - common + 1L)
        .toList();
  }

  private Comparator<String> rarestFirst() {
    return Comparator.comparing((String word) -> holders.get(word))
        .thenComparing(Comparator.<String>naturalOrder().reversed());
  }

  private @Nullable Leader find(Set<String> words, List<String> telling, List<String> rare) {
    return candidates(telling, rare).stream()
        .sorted(
            Comparator.comparingInt(Candidate::rank).thenComparingInt(one -> one.leader().number()))
        .map(Candidate::leader)
        .filter(leader -> alike(words, leader.words()))
        .findFirst()
        .orElse(null);
  }

  private Set<Candidate> candidates(List<String> telling, List<String> rare) {
    Set<Candidate> candidates = new LinkedHashSet<>();
    Set<Integer> seen = new java.util.HashSet<>();
    int left = mostPostings;
    for (String word : rare) {
      for (Leader leader : byRareWord.getOrDefault(word, List.of())) {
        if (left-- <= 0) {
          return candidates;
        }
        if (seen.add(leader.number())) {
          int rank = rank(telling, leader);
          if (rank >= 0) {
            candidates.add(new Candidate(rank, leader));
          }
        }
      }
    }
    return candidates;
  }

  /** The place of the first telling word that is one of the leader's, too; −1 when none is. */
  private static int rank(List<String> telling, Leader leader) {
    for (int i = 0; i < telling.size(); i++) {
      if (leader.telling().contains(telling.get(i))) {
        return i;
      }
    }
    return -1;
  }

  private static boolean alike(Set<String> one, Set<String> other) {
    long common = one.stream().filter(other::contains).count();
    return common >= ALIKE * (one.size() + other.size() - common);
  }
}
