package dev.whetstone.curation.stage.abuse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.whetstone.curation.chain.Samples;
import dev.whetstone.curation.example.Example;
import dev.whetstone.curation.stage.abuse.AnswerClaims.Claimant;
import dev.whetstone.curation.stage.abuse.AnswerClaims.Verdict;
import dev.whetstone.curation.stage.abuse.AnswerSlots.Slot;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class AnswerClaimsTest {
  private static final String KEY = "NUMBER within _ days";

  /** Every decision needs a rival with more than half of the votes; that one is found exactly. */
  @Property(tries = 300)
  void shouldFindTheRivalThatComparingAllValuesFinds(
      @ForAll long seed, @ForAll @IntRange(min = 3, max = 60) int n) {
    var random = new Random(seed);
    List<Claimant> claimants = claimants(random, n, 2 + random.nextInt(5), 4);
    var claims = new AnswerClaims(claimants, Set.of(KEY));
    for (Claimant asking : claimants) {
      Slot slot = asking.slots().getFirst();
      Map<String, Double> rarity = rarity(asking.words());
      Verdict found = claims.ask(slot, asking.words(), rarity);
      Map<String, Double> shares = plain(claimants, asking.words(), rarity);
      if (found == null) {
        assertThat(shares).isEmpty();
        continue;
      }
      Map.Entry<String, Double> rival =
          shares.entrySet().stream()
              .filter(one -> !one.getKey().equals(slot.value()))
              .max(Map.Entry.comparingByValue())
              .orElse(Map.entry("", 0.0));
      assertThat(found.own()).isCloseTo(shares.getOrDefault(slot.value(), 0.0), within(1e-9));
      if (rival.getValue() > 0.5) {
        assertThat(found.rival()).isEqualTo(rival.getKey());
        assertThat(found.rivalShare()).isCloseTo(rival.getValue(), within(1e-9));
      } else {
        assertThat(found.rivalShare()).isLessThanOrEqualTo(0.5 + 1e-9);
      }
    }
  }

  /** One claim with a value of its own in every answer, asked with words that all prompts share. */
  @Test
  void shouldTakeTimeInProportionToTheNumberOfAnswers() {
    long small = cpuMillis(claimants(new Random(1), 2_000, 2_000, 6));
    long large = cpuMillis(claimants(new Random(2), 16_000, 16_000, 6));

    System.out.println(
        "claims: 2,000 answers " + small + " ms, 16,000 answers " + large + " ms CPU");
    assertThat(large).as("ms of CPU; eight times as many answers").isLessThan(20 * (small + 100));
  }

  private static long cpuMillis(List<Claimant> claimants) {
    var threads = ManagementFactory.getThreadMXBean();
    long start = threads.getCurrentThreadCpuTime();
    var claims = new AnswerClaims(claimants, Set.of(KEY));
    for (Claimant asking : claimants) {
      Verdict unused =
          claims.ask(asking.slots().getFirst(), asking.words(), rarity(asking.words()));
    }
    return (threads.getCurrentThreadCpuTime() - start) / 1_000_000;
  }

  private static List<Claimant> claimants(Random random, int n, int values, int words) {
    List<Claimant> claimants = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      // The first three agree, so that the claim is counted at all.
      String value = i < 3 ? "v0" : "v" + random.nextInt(values);
      Set<String> own = new TreeSet<>();
      for (int k = 0; k < words; k++) {
        own.add("word" + random.nextInt(8));
      }
      Example example = Samples.sft("q" + i, "a", Samples.by("user" + random.nextInt(n)));
      claimants.add(new Claimant(example, List.of(new Slot(KEY, value)), own));
    }
    return claimants;
  }

  private static Map<String, Double> rarity(Set<String> words) {
    Map<String, Double> rarity = new HashMap<>();
    words.forEach(word -> rarity.put(word, 0.5 + word.hashCode() % 7 / 10.0));
    return rarity;
  }

  /** The share of every value, each word's votes counted anew. */
  private static Map<String, Double> plain(
      List<Claimant> claimants, Set<String> words, Map<String, Double> rarity) {
    long values = claimants.stream().map(one -> one.slots().getFirst().value()).distinct().count();
    Map<String, Double> shares = new TreeMap<>();
    double weights = 0;
    for (String word : words) {
      Map<String, Double> votes = votes(claimants, word);
      double total = votes.values().stream().mapToDouble(v -> v).sum();
      if (total <= 0) {
        continue;
      }
      double most = votes.values().stream().mapToDouble(v -> v).max().orElse(0) / total;
      double even = 1.0 / values;
      double telling = values <= 1 ? 1 : Math.max(0, (most - even) / (1 - even));
      double weight = rarity.get(word) * telling * total / (total + 1);
      if (weight > 0) {
        weights += weight;
        votes.forEach((value, vote) -> shares.merge(value, weight * vote / total, Double::sum));
      }
    }
    double all = weights;
    shares.replaceAll((value, share) -> share / all);
    return shares;
  }

  private static Map<String, Double> votes(List<Claimant> claimants, String word) {
    Map<String, Double> votes = new HashMap<>();
    for (Claimant one : claimants) {
      if (one.words().contains(word)) {
        String value = one.slots().getFirst().value();
        long repeats =
            claimants.stream()
                .filter(
                    other ->
                        other.contributor().equals(one.contributor())
                            && other.slots().getFirst().value().equals(value))
                .count();
        votes.merge(value, 1.0 / repeats, Double::sum);
      }
    }
    return votes;
  }
}
