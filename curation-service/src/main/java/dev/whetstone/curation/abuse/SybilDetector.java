package dev.whetstone.curation.abuse;

import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.curation.chain.CutContext;
import dev.whetstone.curation.chain.Example;
import dev.whetstone.curation.chain.Judgement;
import dev.whetstone.curation.chain.Reasons;
import dev.whetstone.curation.chain.Texts;
import dev.whetstone.curation.dedup.Copies;
import dev.whetstone.curation.dedup.NearTexts;
import dev.whetstone.curation.dedup.Shingles;
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
final class SybilDetector implements Detector {
  @Override
  public Map<String, Judgement> inspect(List<Example> examples, CutContext context) {
    LoopSpec.Abuse rule = context.curation().abuse();
    int shortText = context.curation().dedup().shortTextWords();
    Map<String, NearTexts<Example>> indexes = new TreeMap<>();
    Map<String, Shingles> shingles = new TreeMap<>();
    for (Example example : examples) {
      Shingles own =
          Shingles.of(Texts.prompt(example.prompt()) + "\n" + Texts.answer(example.answer()));
      if (own.words() >= shortText && example.provenance().endUserDigest() != null) {
        shingles.put(example.id(), own);
        index(indexes, example, rule).add(example, own);
      }
    }
    Map<String, Judgement> dropped = new TreeMap<>();
    for (Example example : examples) {
      Shingles own = shingles.get(example.id());
      if (own != null) {
        int ring = ring(example, index(indexes, example, rule).near(own, _ -> true));
        if (ring >= rule.sybilEndUsers()) {
          dropped.put(
              example.id(),
              new Judgement.Quarantine(
                  Reasons.SYBIL, "worded almost alike by " + ring + " end users"));
        }
      }
    }
    return dropped;
  }

  private static NearTexts<Example> index(
      Map<String, NearTexts<Example>> indexes, Example example, LoopSpec.Abuse rule) {
    return indexes.computeIfAbsent(
        example.form().wireName(), _ -> new NearTexts<>(rule.sybilJaccard()));
  }

  private static int ring(Example example, List<NearTexts.Near<Example>> near) {
    Set<String> endUsers = new HashSet<>();
    int copiers = Copies.contributors(example);
    for (NearTexts.Near<Example> found : near) {
      endUsers.add(found.value().provenance().contributor());
      copiers = Math.max(copiers, Copies.contributors(found.value()));
    }
    endUsers.add(example.provenance().contributor());
    return Math.max(copiers, endUsers.size());
  }
}
