package dev.whetstone.curation.stage.abuse;

import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.curation.chain.CutContext;
import dev.whetstone.curation.chain.ReasonCodes;
import dev.whetstone.curation.chain.StageJudgement;
import dev.whetstone.curation.example.Example;
import dev.whetstone.curation.stage.dedup.ComparedText;
import dev.whetstone.curation.stage.dedup.CopyCounts;
import dev.whetstone.curation.stage.dedup.IndexedText;
import dev.whetstone.curation.stage.dedup.NearTextFinder;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Quarantines near-identical long texts from many end users. Names and numbers are part of the
 * comparison: customers who ask the same question about their own orders differ there. Short texts
 * coincide by chance and are not judged. Copies that deduplication dropped count. Imports are
 * judged too; they are exempt only from caps and bursts.
 */
final class SybilDetector implements AbuseDetector {
  @Override
  public Map<String, StageJudgement> inspect(List<Example> examples, CutContext context) {
    LoopSpec.Abuse rule = context.curation().abuse();
    int shortText = context.curation().dedup().shortTextWords();
    Map<String, NearTextFinder<Example>> indexes = new TreeMap<>();
    Map<String, IndexedText> texts = new TreeMap<>();
    for (Example example : examples) {
      IndexedText own = ComparedText.indexed(context.features(), example);
      if (own.words() >= shortText && hasContributor(example)) {
        texts.put(example.id(), own);
        index(indexes, example, rule).add(example, own);
      }
    }
    Map<String, StageJudgement> dropped = new TreeMap<>();
    for (Example example : examples) {
      IndexedText own = texts.get(example.id());
      if (own != null) {
        int ring = ring(example, index(indexes, example, rule).near(own, _ -> true));
        if (ring >= rule.sybilEndUsers()) {
          dropped.put(
              example.id(),
              new StageJudgement.Quarantine(
                  ReasonCodes.SYBIL, "nearly the same text from " + ring + " end users"));
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

  /** Feedback without an end user has one contributor, the application, and forms no ring. */
  private static boolean hasContributor(Example example) {
    return example.provenance().endUserDigest() != null || example.provenance().claimed();
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
