package dev.whetstone.curation.stage.balance;

import dev.whetstone.contracts.batch.Form;
import dev.whetstone.contracts.batch.Split;
import dev.whetstone.curation.chain.CutContext;
import dev.whetstone.curation.chain.CutJudgement;
import dev.whetstone.curation.chain.CutStage;
import dev.whetstone.curation.chain.KeyedHash;
import dev.whetstone.curation.chain.ReasonCodes;
import dev.whetstone.curation.chain.StageJudgement;
import dev.whetstone.curation.example.Example;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Limits each topic to its share of the train examples of a form. Examples with a tag that the
 * batch must cover or of a weak slice are kept first, then the higher scores. Held-out examples
 * keep the distribution of production. Nothing is dropped where there are too few topics to meet
 * the share.
 */
public final class BalanceStage implements CutStage {
  @Override
  public String name() {
    return "balance";
  }

  @Override
  public List<CutJudgement> decide(List<Example> examples, CutContext context) {
    var judgements = new ArrayList<CutJudgement>();
    double share = context.curation().maxClusterShare();
    if (share >= 1) {
      return judgements;
    }
    for (Form form : Form.values()) {
      List<Example> train =
          examples.stream()
              .filter(e -> e.form() == form && e.provenance().split() == Split.TRAIN)
              .toList();
      judgements.addAll(balance(train, share, context));
    }
    return judgements;
  }

  private static List<CutJudgement> balance(List<Example> train, double share, CutContext context) {
    Map<String, String> topics = TopicGrouping.of(train);
    Map<String, List<Example>> clusters = new TreeMap<>();
    train.forEach(
        example ->
            clusters
                .computeIfAbsent(topics.get(example.id()), _ -> new ArrayList<>())
                .add(example));
    int most = largestAllowed(clusters.values(), share);
    var judgements = new ArrayList<CutJudgement>();
    for (List<Example> cluster : clusters.values()) {
      cluster.stream()
          .sorted(keepFirst(context))
          .skip(most)
          .forEach(
              example ->
                  judgements.add(
                      new CutJudgement(
                          example.id(),
                          new StageJudgement.Reject(
                              ReasonCodes.CLUSTER_SHARE,
                              String.format(
                                  Locale.ROOT,
                                  "its topic has %d train examples; %.0f %% of the batch is %d",
                                  cluster.size(),
                                  100 * share,
                                  most)))));
    }
    return judgements;
  }

  /** The largest cluster size within the share of what remains; unlimited if none is possible. */
  static int largestAllowed(Collection<List<Example>> clusters, double share) {
    int largest = clusters.stream().mapToInt(List::size).max().orElse(0);
    if (clusters.size() * share < 1) {
      return largest;
    }
    for (int most = largest; most >= 1; most--) {
      int limit = most;
      int remaining = clusters.stream().mapToInt(c -> Math.min(c.size(), limit)).sum();
      if (most <= share * remaining) {
        return most;
      }
    }
    return Math.max(1, largest);
  }

  private static Comparator<Example> keepFirst(CutContext context) {
    return Comparator.comparing((Example example) -> wanted(example, context) ? 0 : 1)
        .thenComparing(example -> -example.scores().getOrDefault("quality", 0.0))
        .thenComparing(example -> KeyedHash.of(context.seed(), example.id()))
        .thenComparing(Example::id);
  }

  private static boolean wanted(Example example, CutContext context) {
    List<String> tags = example.provenance().tags();
    return tags.stream().anyMatch(context.curation().mustCover()::contains)
        || context.findings().stream().anyMatch(slice -> tags.contains(slice.slice()));
  }
}
