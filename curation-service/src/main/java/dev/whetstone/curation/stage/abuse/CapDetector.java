package dev.whetstone.curation.stage.abuse;

import dev.whetstone.curation.chain.CutContext;
import dev.whetstone.curation.chain.KeyedHash;
import dev.whetstone.curation.chain.ReasonCodes;
import dev.whetstone.curation.chain.StageJudgement;
import dev.whetstone.curation.example.Example;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Limits the examples per end user, batch and form, whatever the amount of data: planting a
 * behaviour takes a number of documents, not a share of them. Without an end user, the limit
 * applies to the API key, and with a publishable key to the key and the connection. The highest
 * scores stay. The limit is per form because a correction gives two examples and each form has its
 * own training stage.
 */
final class CapDetector implements AbuseDetector {
  @Override
  public Map<String, StageJudgement> inspect(List<Example> examples, CutContext context) {
    int cap = context.curation().abuse().capPerEndUser();
    Map<String, List<Example>> groups = new TreeMap<>();
    for (Example example : examples) {
      if (!example.provenance().imported()) {
        String group = example.form().wireName() + " " + example.provenance().contributor();
        groups.computeIfAbsent(group, _ -> new ArrayList<>()).add(example);
      }
    }
    Comparator<Example> bestFirst =
        Comparator.comparing((Example example) -> example.scores().getOrDefault("quality", 0.0))
            .reversed()
            .thenComparing(example -> KeyedHash.of(context.seed(), tieKey(example)))
            .thenComparing(Example::id);
    Map<String, StageJudgement> dropped = new TreeMap<>();
    for (List<Example> group : groups.values()) {
      group.stream()
          .sorted(bestFirst)
          .skip(cap)
          .forEach(
              example ->
                  dropped.put(
                      example.id(),
                      new StageJudgement.Reject(
                          ReasonCodes.OVER_CAP,
                          group.size() + " from one contributor; the cap is " + cap)));
    }
    return dropped;
  }

  /** Equal for both examples of one correction, so that both are kept or both dropped. */
  private static String tieKey(Example example) {
    return example.provenance().eventKeys().toString();
  }
}
