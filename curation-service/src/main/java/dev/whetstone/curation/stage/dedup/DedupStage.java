package dev.whetstone.curation.stage.dedup;

import dev.whetstone.contracts.EventKey;
import dev.whetstone.contracts.batch.Form;
import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.curation.chain.CutContext;
import dev.whetstone.curation.chain.CutJudgement;
import dev.whetstone.curation.chain.CutStage;
import dev.whetstone.curation.chain.ReasonCodes;
import dev.whetstone.curation.chain.StageJudgement;
import dev.whetstone.curation.example.Example;
import dev.whetstone.curation.text.ChatTexts;
import dev.whetstone.curation.text.Tokenization;
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
 * One of each: per form (and label), texts that are equal but for case and punctuation, and longer
 * ones whose wording overlaps by the loop's Jaccard threshold on prompt and answer. What is sealed
 * stays before what is new, then the better score, then the lower id.
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
  public List<CutJudgement> decide(List<Example> examples, CutContext context) {
    LoopSpec.Dedup rule = context.curation().dedup();
    if (!rule.enabled()) {
      return List.of();
    }
    var search = new Search(rule);
    context.sealedBefore().stream()
        .sorted(Comparator.comparing(Example::id))
        .forEach(search::standing);
    examples.stream().sorted(BEST_FIRST).forEach(search::add);
    return search.judgements();
  }

  /** What is compared exactly: form and label apart, both sides of a pair. */
  private static String exactText(Example example) {
    String rejected = example.rejected() == null ? "" : ChatTexts.answer(example.rejected());
    return group(example)
        + "\n"
        + Tokenization.normal(ChatTexts.prompt(example.prompt()))
        + "\n"
        + Tokenization.normal(ChatTexts.answer(example.answer()))
        + "\n"
        + Tokenization.normal(rejected);
  }

  private static String group(Example example) {
    return example.form() == Form.BINARY
        ? example.form().wireName() + example.label()
        : example.form().wireName();
  }

  private static final class Search {
    private final LoopSpec.Dedup rule;
    private final Map<String, String> exact = new HashMap<>();
    private final Map<String, NearTextFinder<String>> near = new HashMap<>();
    private final Map<String, Example> kept = new HashMap<>();
    private final Map<String, String> names = new HashMap<>();
    private final Map<String, Set<String>> contributors = new HashMap<>();
    private final List<CutJudgement> dropped = new ArrayList<>();

    Search(LoopSpec.Dedup rule) {
      this.rule = rule;
    }

    void standing(Example sealed) {
      exact.putIfAbsent(exactText(sealed), sealed.id());
      names.put(sealed.id(), name(sealed));
      ShingleSet shingles = shingles(sealed);
      if (shingles.words() >= rule.shortTextWords()) {
        index(sealed).add(sealed.id(), shingles);
      }
    }

    void add(Example example) {
      String text = exactText(example);
      String same = exact.get(text);
      if (same != null) {
        drop(example, same, ReasonCodes.DUPLICATE, "says the same as ");
        return;
      }
      ShingleSet shingles = shingles(example);
      boolean longEnough = shingles.words() >= rule.shortTextWords();
      if (longEnough) {
        Optional<NearTextFinder.Near<String>> closest =
            index(example).near(shingles, _ -> true).stream()
                .max(
                    Comparator.comparing((NearTextFinder.Near<String> found) -> found.jaccard())
                        .thenComparing(NearTextFinder.Near::value));
        if (closest.isPresent()) {
          String how =
              String.format(Locale.ROOT, "overlaps by %.2f with ", closest.get().jaccard());
          drop(example, closest.get().value(), ReasonCodes.NEAR_DUPLICATE, how);
          return;
        }
        index(example).add(example.id(), shingles);
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

    /** What a person can look up: the feedback that it was formed of, last of its events. */
    private static String name(Example example) {
      List<EventKey> events = example.provenance().eventKeys();
      return events.isEmpty()
          ? "example " + example.id()
          : "feedback " + events.getLast().source() + "/" + events.getLast().id();
    }

    /** The dropped, and the kept that others copied. */
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
      return near.computeIfAbsent(group(example), _ -> new NearTextFinder<>(rule.jaccard()));
    }

    private static ShingleSet shingles(Example example) {
      return ShingleSet.of(
          ChatTexts.prompt(example.prompt()) + "\n" + ChatTexts.answer(example.answer()));
    }
  }
}
