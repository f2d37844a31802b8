package dev.whetstone.curation.stage.dedup;

import dev.whetstone.contracts.EventKey;
import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.curation.chain.CutContext;
import dev.whetstone.curation.chain.CutJudgement;
import dev.whetstone.curation.chain.CutStage;
import dev.whetstone.curation.chain.ReasonCodes;
import dev.whetstone.curation.chain.StageJudgement;
import dev.whetstone.curation.example.Example;
import dev.whetstone.curation.feature.ExampleFeatures;
import dev.whetstone.curation.feature.FeatureExtractor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Keeps one of each set of copies within a form (and label): texts that differ only in case and
 * punctuation, and longer texts whose prompt and answer overlap by at least the loop's Jaccard
 * threshold. A sealed example is preferred to a new one, then the higher score, then the lower id.
 */
public final class DedupStage implements CutStage {
  private static final Comparator<Example> BEST_FIRST =
      Comparator.comparing((Example example) -> example.scores().getOrDefault("quality", 0.0))
          .reversed()
          .thenComparing(Example::id);

  @Override
  public String name() {
    return "dedup";
  }

  @Override
  public List<FeatureExtractor<?>> features() {
    return List.of(ComparedText.FEATURE);
  }

  @Override
  public List<CutJudgement> decide(List<Example> examples, CutContext context) {
    LoopSpec.Dedup rule = context.curation().dedup();
    if (!rule.enabled()) {
      return List.of();
    }
    var search = new Search(rule, context.features());
    context.sealedBefore().stream()
        .sorted(Comparator.comparing(Example::id))
        .forEach(search::addSealed);
    examples.stream().sorted(BEST_FIRST).forEach(search::add);
    return search.judgements();
  }

  private static final class Search {
    private final LoopSpec.Dedup rule;
    private final ExampleFeatures features;
    private final Map<String, String> exact = new HashMap<>();
    private final Map<String, NearTextFinder<String>> near = new HashMap<>();
    private final Map<String, Example> kept = new HashMap<>();
    private final Map<String, String> names = new HashMap<>();
    private final Map<String, Set<String>> contributors = new HashMap<>();
    private final List<CutJudgement> dropped = new ArrayList<>();

    Search(LoopSpec.Dedup rule, ExampleFeatures features) {
      this.rule = rule;
      this.features = features;
    }

    void addSealed(Example sealed) {
      exact.putIfAbsent(exactText(sealed), sealed.id());
      names.put(sealed.id(), name(sealed));
      IndexedText indexed = ComparedText.indexed(features, sealed);
      if (indexed.words() >= rule.shortTextWords()) {
        index(sealed).add(sealed.id(), indexed);
      }
    }

    void add(Example example) {
      String text = exactText(example);
      String same = exact.get(text);
      if (same != null) {
        drop(example, same, ReasonCodes.DUPLICATE, "has the same words as ");
        return;
      }
      IndexedText indexed = ComparedText.indexed(features, example);
      boolean longEnough = indexed.words() >= rule.shortTextWords();
      if (longEnough) {
        Optional<NearTextFinder.Near<String>> closest =
            index(example).near(indexed, _ -> true).stream()
                .max(
                    Comparator.comparing((NearTextFinder.Near<String> found) -> found.jaccard())
                        .thenComparing(NearTextFinder.Near::value));
        if (closest.isPresent()) {
          String how =
              String.format(Locale.ROOT, "overlaps by %.2f with ", closest.get().jaccard());
          drop(example, closest.get().value(), ReasonCodes.NEAR_DUPLICATE, how);
          return;
        }
        index(example).add(example.id(), indexed);
      }
      exact.put(text, example.id());
      kept.put(example.id(), example);
      names.put(example.id(), name(example));
      if (longEnough) {
        contributors
            .computeIfAbsent(example.id(), _ -> new HashSet<>())
            .add(example.provenance().contributor());
      }
    }

    private void drop(Example example, String original, String reason, String how) {
      dropped.add(
          new CutJudgement(
              example.id(), new StageJudgement.Reject(reason, how + names.get(original))));
      contributors.computeIfPresent(
          original,
          (_, known) -> {
            known.add(example.provenance().contributor());
            return known;
          });
    }

    /**
     * A name that a person can look up: the last feedback event that the example was formed from.
     */
    private static String name(Example example) {
      List<EventKey> events = example.provenance().eventKeys();
      return events.isEmpty()
          ? "example " + example.id()
          : "feedback " + events.getLast().source() + "/" + events.getLast().id();
    }

    /** Rejections, and marks on the kept examples that other contributors copied. */
    List<CutJudgement> judgements() {
      var judgements = new ArrayList<>(dropped);
      contributors.forEach(
          (id, known) -> {
            if (known.size() > 1) {
              Example marked = CopyCounts.mark(kept.get(id), known.size());
              judgements.add(
                  new CutJudgement(
                      id, new StageJudgement.Changed(marked, known.size() + " contributors")));
            }
          });
      return judgements;
    }

    private NearTextFinder<String> index(Example example) {
      return near.computeIfAbsent(
          ComparedText.group(example), _ -> new NearTextFinder<>(rule.jaccard()));
    }

    private String exactText(Example example) {
      return features.of(ComparedText.FEATURE, example).exact();
    }
  }
}
