package dev.whetstone.curation.stage.abuse;

import dev.whetstone.curation.chain.CutContext;
import dev.whetstone.curation.chain.ReasonCodes;
import dev.whetstone.curation.chain.StageJudgement;
import dev.whetstone.curation.example.Example;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Quarantines bursts: more than three times the cap from one contributor within one minute suggests
 * a program. With a publishable key the contributor is the key and the connection. Imports and
 * traffic without end users arrive in bulk and are exempt.
 */
final class BurstDetector implements AbuseDetector {
  private static final Duration WINDOW = Duration.ofMinutes(1);
  private static final int TIMES_CAP = 3;

  @Override
  public Map<String, StageJudgement> inspect(List<Example> examples, CutContext context) {
    int most = TIMES_CAP * context.curation().abuse().capPerEndUser();
    Map<String, List<Example>> byUser = new TreeMap<>();
    for (Example example : examples) {
      var provenance = example.provenance();
      boolean known = provenance.endUserDigest() != null || provenance.claimed();
      if (known && !provenance.imported()) {
        String group = provenance.contributor() + example.form().wireName();
        byUser.computeIfAbsent(group, _ -> new ArrayList<>()).add(example);
      }
    }
    Map<String, StageJudgement> dropped = new TreeMap<>();
    for (List<Example> ofUser : byUser.values()) {
      if (ofUser.size() > most) {
        bursts(ofUser, most, dropped);
      }
    }
    return dropped;
  }

  private static void bursts(List<Example> ofUser, int most, Map<String, StageJudgement> dropped) {
    List<Example> inTime =
        ofUser.stream()
            .sorted(
                Comparator.comparing((Example example) -> example.provenance().receivedAt())
                    .thenComparing(Example::id))
            .toList();
    var burst =
        new StageJudgement.Quarantine(
            ReasonCodes.BURST, "one contributor, more than " + most + " examples in a minute");
    int first = 0;
    int judged = 0;
    for (int last = 0; last < inTime.size(); last++) {
      Instant now = inTime.get(last).provenance().receivedAt();
      while (inTime.get(first).provenance().receivedAt().isBefore(now.minus(WINDOW))) {
        first++;
      }
      if (last - first + 1 > most) {
        for (judged = Math.max(judged, first); judged <= last; judged++) {
          dropped.put(inTime.get(judged).id(), burst);
        }
      }
    }
  }
}
