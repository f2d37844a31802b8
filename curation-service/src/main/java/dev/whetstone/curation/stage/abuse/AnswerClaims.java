package dev.whetstone.curation.stage.abuse;

import dev.whetstone.curation.example.Example;
import dev.whetstone.curation.stage.abuse.AnswerSlots.Slot;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The claims of a set of examples and the prompts they were made for. Every contributor has one
 * vote per claim, divided over that contributor's examples of it; each part goes to the words of
 * the prompt. The words of a new prompt then show what was claimed for similar prompts, in time
 * linear in the words of all prompts.
 */
final class AnswerClaims {
  private static final int LEAST_EXAMPLES = 3;

  private final Map<String, Group> groups = new HashMap<>();

  /** An example with its claims and the words of its prompt. */
  record Claimant(Example example, List<Slot> slots, Set<String> words) {
    String contributor() {
      return example.provenance().contributor();
    }
  }

  /** All claims with one key. */
  private static final class Group {
    final Map<String, Set<String>> contributors = new HashMap<>();
    final Map<String, Integer> examples = new HashMap<>();
    final Map<String, Map<String, Double>> votes = new HashMap<>();
    final Map<String, Word> words = new HashMap<>();

    /** Computed once per word: a common word can have as many values as there are prompts. */
    @org.jspecify.annotations.Nullable
    Word word(String word) {
      Map<String, Double> of = votes.get(word);
      return of == null ? null : words.computeIfAbsent(word, _ -> Word.of(of, examples.size()));
    }
  }

  /**
   * A word's votes.
   *
   * @param top the value with most votes
   * @param telling how decisive the votes are: 1 where all are for one value, 0 where spread evenly
   */
  private record Word(Map<String, Double> votes, String top, double total, double telling) {
    static Word of(Map<String, Double> votes, int values) {
      double total = votes.values().stream().mapToDouble(v -> v).sum();
      String top =
          votes.entrySet().stream()
              .max(Map.Entry.<String, Double>comparingByValue().thenComparing(BY_VALUE))
              .orElseThrow()
              .getKey();
      return new Word(votes, top, total, AnswerClaims.telling(votes, total, values));
    }
  }

  private static final Comparator<Map.Entry<String, Double>> BY_VALUE = Map.Entry.comparingByKey();

  /** A word of the prompt and its weight in the verdict. */
  private record Weighted(Word word, double weight) {
    double share(String value) {
      Double vote = word.votes().get(value);
      return vote == null ? 0 : weight * vote / word.total();
    }
  }

  /**
   * How the votes of a prompt's words stand on a claim.
   *
   * @param familiarity share (0 to 1, weighted by rarity) of the prompt's words that occur in the
   *     claim's prompts
   * @param own share of the votes for the value in question
   * @param rival the strongest other value, exact where {@code rivalShare} is above one half: only
   *     values that lead for one of the prompt's words are compared
   * @param rivalShare share of the votes for it
   */
  record Verdict(
      double familiarity,
      double own,
      String rival,
      double rivalShare,
      int rivalContributors,
      int rivalExamples,
      int ownContributors) {}

  /**
   * Counts the claims of these examples.
   *
   * @param wanted keys that {@link #ask} will be called with; others are not counted
   */
  AnswerClaims(List<Claimant> claimants, Set<String> wanted) {
    Map<Vote, Integer> repeats = new HashMap<>();
    for (Claimant claimant : claimants) {
      for (Slot slot : Set.copyOf(claimant.slots())) {
        if (wanted.contains(slot.key())) {
          repeats.merge(new Vote(slot, claimant.contributor()), 1, Integer::sum);
          Group group = groups.computeIfAbsent(slot.key(), _ -> new Group());
          group.examples.merge(slot.value(), 1, Integer::sum);
          group
              .contributors
              .computeIfAbsent(slot.value(), _ -> new HashSet<>())
              .add(claimant.contributor());
        }
      }
    }
    groups.values().removeIf(AnswerClaims::small);
    for (Claimant claimant : claimants) {
      for (Slot slot : Set.copyOf(claimant.slots())) {
        Group group = groups.get(slot.key());
        if (group != null) {
          double vote = 1.0 / repeats.get(new Vote(slot, claimant.contributor()));
          for (String word : claimant.words()) {
            group
                .votes
                .computeIfAbsent(word, _ -> new HashMap<>(2))
                .merge(slot.value(), vote, Double::sum);
          }
        }
      }
    }
  }

  private record Vote(Slot slot, String contributor) {}

  private static boolean small(Group group) {
    return group.examples.values().stream().mapToInt(n -> n).max().orElse(0) < LEAST_EXAMPLES;
  }

  /**
   * The votes of prompts with these words on this claim, or null when there are none.
   *
   * @param rarity weight of each word
   */
  @org.jspecify.annotations.Nullable
  Verdict ask(Slot slot, Set<String> words, Map<String, Double> rarity) {
    Group group = groups.get(slot.key());
    if (group == null) {
      return null;
    }
    double all = 0;
    double known = 0;
    double weights = 0;
    List<Weighted> voting = new ArrayList<>();
    for (String word : words.stream().sorted().toList()) {
      double rare = rarity.getOrDefault(word, 0.0);
      all += rare;
      Word voted = group.word(word);
      if (voted != null) {
        known += rare;
        double total = voted.total();
        double weight = rare * voted.telling() * total / (total + 1);
        if (weight > 0) {
          weights += weight;
          voting.add(new Weighted(voted, weight));
        }
      }
    }
    return weights <= 0 ? null : verdict(slot, group, voting, weights, all == 0 ? 0 : known / all);
  }

  /** 1 where all votes of a word are for one value, 0 where they are spread evenly. */
  private static double telling(Map<String, Double> votes, double total, int values) {
    if (values <= 1) {
      return 1;
    }
    double most = votes.values().stream().mapToDouble(v -> v).max().orElse(0) / total;
    double even = 1.0 / values;
    return Math.max(0, (most - even) / (1 - even));
  }

  /**
   * A value with more than half of all weighted votes has more than half of the votes of at least
   * one word, so it leads there. Comparing the leading values finds it, whatever the number of
   * values.
   */
  private static Verdict verdict(
      Slot slot, Group group, List<Weighted> voting, double weights, double familiarity) {
    Set<String> leading = new TreeSet<>();
    voting.forEach(one -> leading.add(one.word().top()));
    String rival = "";
    double rivalShare = 0;
    for (String value : leading) {
      double share = share(voting, value) / weights;
      if (!value.equals(slot.value()) && share > rivalShare) {
        rival = value;
        rivalShare = share;
      }
    }
    return new Verdict(
        familiarity,
        share(voting, slot.value()) / weights,
        rival,
        rivalShare,
        group.contributors.getOrDefault(rival, Set.of()).size(),
        group.examples.getOrDefault(rival, 0),
        group.contributors.getOrDefault(slot.value(), Set.of()).size());
  }

  private static double share(List<Weighted> voting, String value) {
    double share = 0;
    for (Weighted one : voting) {
      share += one.share(value);
    }
    return share;
  }
}
