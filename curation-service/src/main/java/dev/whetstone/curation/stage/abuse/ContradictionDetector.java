package dev.whetstone.curation.stage.abuse;

import dev.whetstone.curation.chain.CutContext;
import dev.whetstone.curation.chain.ReasonCodes;
import dev.whetstone.curation.chain.StageJudgement;
import dev.whetstone.curation.example.Example;
import dev.whetstone.curation.stage.abuse.AnswerClaims.Claimant;
import dev.whetstone.curation.stage.abuse.AnswerClaims.Verdict;
import dev.whetstone.curation.stage.abuse.AnswerSlots.Slot;
import dev.whetstone.curation.text.ChatTexts;
import dev.whetstone.curation.text.Tokenization;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Quarantines answers whose claims differ from accepted ones for similarly worded prompts (numbers
 * and names aside). Accepted claims are those of adopted batches; where these have none, those of a
 * clear majority of the contributors to this cut and to undecided batches. A claim that varies from
 * prompt to prompt (a sum, a price) has no accepted value and cannot be contradicted.
 */
final class ContradictionDetector implements AbuseDetector {
  /** Least share of a prompt's wording that prompts of the accepted claim must have. */
  private static final double FAMILIAR = 0.35;

  private static final double ACCEPTED_SHARE = 0.8;
  private static final double MOST_OWN_SHARE = 0.1;
  private static final int LEAST_CONTRIBUTORS = 2;
  private static final int LEAST_EXAMPLES = 3;

  private static final double MAJORITY_SHARE = 0.65;
  private static final int MAJORITY_CONTRIBUTORS = 5;
  private static final int MAJORITY_TIMES = 2;

  /** Words in fewer than this share of prompts get no more weight than words at this share. */
  private static final double RAREST_SHARE = 0.02;

  @Override
  public Map<String, StageJudgement> inspect(List<Example> examples, CutContext context) {
    if (!context.curation().abuse().contradiction()) {
      return Map.of();
    }
    List<Claimant> accepted = claimants(context.accepted());
    List<Claimant> undecided = claimants(context.pending());
    List<Claimant> fresh = claimants(examples);
    Set<String> keys = new HashSet<>();
    fresh.forEach(claimant -> claimant.slots().forEach(slot -> keys.add(slot.key())));
    Map<String, Double> rarity = rarity(List.of(accepted, undecided, fresh));
    AnswerClaims acceptedClaims = new AnswerClaims(accepted, keys);
    Map<String, StageJudgement> dropped = new TreeMap<>();
    for (Claimant claimant : fresh) {
      contradiction(claimant, acceptedClaims, rarity)
          .ifPresent(judgement -> dropped.put(claimant.example().id(), judgement));
    }
    List<Claimant> left =
        fresh.stream().filter(claimant -> !dropped.containsKey(claimant.example().id())).toList();
    List<Claimant> voters = new ArrayList<>(undecided);
    voters.addAll(left);
    AnswerClaims votes = new AnswerClaims(voters, keys);
    double margin = context.curation().contradictionMargin();
    for (Claimant claimant : left) {
      minority(claimant, acceptedClaims, votes, rarity, margin)
          .ifPresent(judgement -> dropped.put(claimant.example().id(), judgement));
    }
    return dropped;
  }

  /** Disliked answers make no claims: the feedback does not present them as right. */
  private static List<Claimant> claimants(List<Example> examples) {
    return examples.stream()
        .filter(Example::positive)
        .map(example -> new Claimant(example, AnswerSlots.of(example), words(example)))
        .toList();
  }

  /** The words of the prompt, without numbers. */
  private static Set<String> words(Example example) {
    Set<String> words = new HashSet<>(Tokenization.of(ChatTexts.prompt(example.prompt())));
    words.removeIf(word -> Character.isDigit(word.charAt(0)));
    return words;
  }

  /**
   * Inverse document frequency of each word over all prompts: {@code ln(1 + N / max(n, RAREST_SHARE
   * · N))}.
   */
  private static Map<String, Double> rarity(List<List<Claimant>> claimants) {
    Map<String, Integer> holders = new HashMap<>();
    claimants.stream()
        .flatMap(List::stream)
        .forEach(one -> one.words().forEach(word -> holders.merge(word, 1, Integer::sum)));
    double all = claimants.stream().mapToInt(List::size).sum();
    Map<String, Double> rarity = new HashMap<>();
    holders.forEach(
        (word, n) -> rarity.put(word, Math.log(1 + all / Math.max(n, RAREST_SHARE * all))));
    return rarity;
  }

  private static Optional<StageJudgement> contradiction(
      Claimant claimant, AnswerClaims accepted, Map<String, Double> rarity) {
    for (Slot slot : claimant.slots()) {
      Verdict verdict = accepted.ask(slot, claimant.words(), rarity);
      if (verdict != null
          && verdict.familiarity() >= FAMILIAR
          && verdict.rivalShare() >= ACCEPTED_SHARE
          && verdict.own() <= MOST_OWN_SHARE
          && verdict.rivalContributors() >= LEAST_CONTRIBUTORS
          && verdict.rivalExamples() >= LEAST_EXAMPLES) {
        return Optional.of(quarantine(slot, verdict, "accepted examples"));
      }
    }
    return Optional.empty();
  }

  private static Optional<StageJudgement> minority(
      Claimant claimant,
      AnswerClaims accepted,
      AnswerClaims votes,
      Map<String, Double> rarity,
      double margin) {
    for (Slot slot : claimant.slots()) {
      Verdict verdict = votes.ask(slot, claimant.words(), rarity);
      if (verdict != null
          && verdict.familiarity() >= FAMILIAR
          && verdict.rivalShare() >= MAJORITY_SHARE
          && verdict.rivalShare() - verdict.own() >= margin
          && verdict.rivalContributors() >= MAJORITY_CONTRIBUTORS
          && verdict.rivalContributors() >= MAJORITY_TIMES * verdict.ownContributors()
          && accepted.ask(slot, claimant.words(), rarity) == null) {
        return Optional.of(quarantine(slot, verdict, "most end users"));
      }
    }
    return Optional.empty();
  }

  private static StageJudgement quarantine(Slot slot, Verdict verdict, String who) {
    return new StageJudgement.Quarantine(
        ReasonCodes.CONTRADICTION,
        String.format(
            Locale.ROOT,
            "claims '%s' where %s claim '%s' (%d end users, %.0f %% of the votes for such prompts)",
            slot.value(),
            who,
            verdict.rival(),
            verdict.rivalContributors(),
            100 * verdict.rivalShare()));
  }
}
