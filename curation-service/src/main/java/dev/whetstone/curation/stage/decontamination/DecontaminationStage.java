package dev.whetstone.curation.stage.decontamination;

import static java.util.Comparator.naturalOrder;

import dev.whetstone.contracts.batch.Split;
import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.curation.chain.CutContext;
import dev.whetstone.curation.chain.CutJudgement;
import dev.whetstone.curation.chain.CutStage;
import dev.whetstone.curation.chain.ReasonCodes;
import dev.whetstone.curation.chain.StageJudgement;
import dev.whetstone.curation.example.Example;
import dev.whetstone.curation.stage.dedup.NearTextFinder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Rejects examples whose prompt overlaps with a suite's item or with an example of another split:
 * the same words, shared n-grams (n = min(13, length)) or, for longer prompts, a Jaccard overlap of
 * 0.8. N-grams that are common in interactions do not count; equal whole prompts always do. Of two
 * splits that overlap, sealed examples stay first, then test, then validation, then train.
 */
public final class DecontaminationStage implements CutStage {
  private static final double NEAR = 0.8;
  private static final int NEAR_WORDS = 20;
  private static final List<Split> STRONGEST_FIRST =
      List.of(Split.TEST, Split.VALIDATION, Split.TRAIN);

  @Override
  public String name() {
    return "decontamination";
  }

  @Override
  public List<CutJudgement> decide(List<Example> examples, CutContext context) {
    if (!context.curation().decontamination().enabled()) {
      return List.of();
    }
    Map<String, StageJudgement> dropped = new TreeMap<>();
    List<Item> items = examples.stream().map(Item::of).toList();
    List<TokenizedPrompt> suites =
        context.suiteItems().stream().map(item -> TokenizedPrompt.of(item.messages())).toList();
    drop(items, suites, context, dropped, ReasonCodes.CONTAMINATED, "a suite's item");
    Earlier earlier = Earlier.of(context);
    for (Split split : STRONGEST_FIRST) {
      List<Item> ofSplit =
          items.stream()
              .filter(item -> item.split() == split && !dropped.containsKey(item.id()))
              .toList();
      List<TokenizedPrompt> others = others(split, items, earlier, dropped);
      drop(ofSplit, others, context, dropped, ReasonCodes.SPLIT_BRIDGE, "an item of another split");
    }
    return dropped.entrySet().stream()
        .map(entry -> new CutJudgement(entry.getKey(), entry.getValue()))
        .toList();
  }

  private record Item(Example example, TokenizedPrompt prompt) {
    static Item of(Example example) {
      return new Item(example, TokenizedPrompt.of(example.prompt()));
    }

    String id() {
      return example.id();
    }

    Split split() {
      return example.provenance().split();
    }
  }

  /** Examples outside the cut, tokenized once for all splits. */
  private record Earlier(List<Item> sealed, List<Item> waiting) {
    static Earlier of(CutContext context) {
      return new Earlier(
          context.sealedBefore().stream().map(Item::of).toList(),
          context.others().stream().map(Item::of).toList());
    }
  }

  /** Prompts that examples of this split must not overlap with. */
  private static List<TokenizedPrompt> others(
      Split split, List<Item> cut, Earlier earlier, Map<String, StageJudgement> dropped) {
    var others = new ArrayList<TokenizedPrompt>();
    for (Item sealed : earlier.sealed()) {
      if (sealed.split() != split) {
        others.add(sealed.prompt());
      }
    }
    for (Item waiting : earlier.waiting()) {
      if (outranks(waiting.split(), split)) {
        others.add(waiting.prompt());
      }
    }
    for (Item item : cut) {
      if (outranks(item.split(), split) && !dropped.containsKey(item.id())) {
        others.add(item.prompt());
      }
    }
    return others;
  }

  private static boolean outranks(Split one, Split other) {
    return STRONGEST_FIRST.indexOf(one) < STRONGEST_FIRST.indexOf(other);
  }

  private static void drop(
      List<Item> items,
      List<TokenizedPrompt> references,
      CutContext context,
      Map<String, StageJudgement> dropped,
      String reason,
      String what) {
    if (references.isEmpty() || items.isEmpty()) {
      return;
    }
    LoopSpec.Decontamination rule = context.curation().decontamination();
    var ngrams =
        new SharedNgrams(rule.ngram(), references, items.stream().map(Item::prompt).toList());
    Map<String, Set<String>> shared = new HashMap<>();
    items.forEach(item -> shared.put(item.id(), ngrams.of(item.prompt())));
    Set<String> all = new HashSet<>();
    shared.values().forEach(all::addAll);
    Map<String, Integer> common = context.interactions().documents(all);
    long most = boilerplate(rule, context.interactions().interactions());
    NearTextFinder<Integer> near = index(references);
    Set<List<String>> whole = whole(references);
    for (Item item : items) {
      Optional<String> telling =
          shared.get(item.id()).stream()
              .filter(ngram -> common.getOrDefault(ngram, 0) <= most)
              .min(naturalOrder());
      if (whole.contains(item.prompt().words())) {
        dropped.put(item.id(), new StageJudgement.Reject(reason, "asks the same as " + what));
      } else if (telling.isPresent()) {
        String detail = "shares '" + telling.get() + "' with " + what;
        dropped.put(item.id(), new StageJudgement.Reject(reason, detail));
      } else if (isNear(near, item.prompt())) {
        dropped.put(item.id(), new StageJudgement.Reject(reason, "is worded almost like " + what));
      }
    }
  }

  private static Set<List<String>> whole(List<TokenizedPrompt> references) {
    Set<List<String>> whole = new HashSet<>();
    references.stream()
        .filter(reference -> reference.length() > 0)
        .forEach(reference -> whole.add(reference.words()));
    return whole;
  }

  /** The largest number of interactions with an n-gram at which it is not yet boilerplate. */
  static long boilerplate(LoopSpec.Decontamination rule, long interactions) {
    return Math.max(
        rule.boilerplateCount(), (long) Math.floor(rule.boilerplateShare() * interactions));
  }

  private static NearTextFinder<Integer> index(List<TokenizedPrompt> references) {
    var index = new NearTextFinder<Integer>(NEAR);
    int number = 0;
    for (TokenizedPrompt reference : references) {
      if (reference.length() >= NEAR_WORDS) {
        index.add(number, reference.indexed());
      }
      number++;
    }
    return index;
  }

  private static boolean isNear(NearTextFinder<Integer> index, TokenizedPrompt prompt) {
    return prompt.length() >= NEAR_WORDS && !index.near(prompt.indexed(), _ -> true).isEmpty();
  }
}
