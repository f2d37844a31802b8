package dev.whetstone.curation.stage.abuse;

import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.curation.chain.CutContext;
import dev.whetstone.curation.chain.ReasonCodes;
import dev.whetstone.curation.chain.StageJudgement;
import dev.whetstone.curation.example.Example;
import dev.whetstone.curation.stage.dedup.CopyCounts;
import dev.whetstone.curation.stage.dedup.NearTextFinder;
import dev.whetstone.curation.stage.dedup.ShingleSet;
import dev.whetstone.curation.text.ChatTexts;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Many end users with near-identical long texts are one. Compared is the wording as it stands,
 * names and numbers included: customers who fill the same question with their own orders differ
 * there. Short texts coincide by themselves and are not judged. Copies that deduplication took out
 * count. Imports are judged like all others: they are exempt from caps and bursts only.
 */
final class SybilDetector implements AbuseDetector {
  @Override
  public Map<String, StageJudgement> inspect(List<Example> examples, CutContext context) {
    LoopSpec.Abuse rule = context.curation().abuse();
    int shortText = context.curation().dedup().shortTextWords();
    Map<String, NearTextFinder<Example>> indexes = new TreeMap<>();
    Map<String, ShingleSet> shingles = new TreeMap<>();
    for (Example example : examples) {
      ShingleSet own =
          ShingleSet.of(
              ChatTexts.prompt(example.prompt()) + "\n" + ChatTexts.answer(example.answer()));
      if (own.words() >= shortText && example.provenance().endUserDigest() != null) {
        shingles.put(example.id(), own);
        index(indexes, example, rule).add(example, own);
      }
    }
    Map<String, StageJudgement> dropped = new TreeMap<>();
    for (Example example : examples) {
      ShingleSet own = shingles.get(example.id());
      if (own != null) {
        int ring = ring(example, index(indexes, example, rule).near(own, _ -> true));
        if (ring >= rule.sybilEndUsers()) {
          dropped.put(
              example.id(),
              new StageJudgement.Quarantine(
                  ReasonCodes.SYBIL, "worded almost alike by " + ring + " end users"));
        }
      }
    }
    return dropped;
  }

  private static NearTextFinder<Example> index(
      Map<String, NearTextFinder<Example>> indexes, Example example, LoopSpec.Abuse rule) {
    return indexes.computeIfAbsent(
        example.form().wireName(), _ -> new NearTextFinder<>(rule.sybilJaccard()));
  }

  private static int ring(Example example, List<NearTextFinder.Near<Example>> near) {
    Set<String> endUsers = new HashSet<>();
    int copiers = CopyCounts.contributors(example);
    for (NearTextFinder.Near<Example> found : near) {
      endUsers.add(found.value().provenance().contributor());
      copiers = Math.max(copiers, CopyCounts.contributors(found.value()));
    }
    endUsers.add(example.provenance().contributor());
    return Math.max(copiers, endUsers.size());
  }
}
