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
 * No prompt that a suite asks, and none of another split: the same words, shared n-grams (n =
 * min(13, length)) or, for longer prompts, wording that overlaps by 0.8. N-grams that are common in
 * interactions do not count; a whole prompt does, however many ask it. Of two splits that meet,
 * what is sealed stays, then test before validation before train.
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
    List<Item> items =
        examples.stream()
            .map(example -> new Item(example, TokenizedPrompt.of(example.prompt())))
            .toList();
    List<TokenizedPrompt> suites =
        context.suiteItems().stream().map(item -> TokenizedPrompt.of(item.messages())).toList();
    drop(items, suites, context, dropped, ReasonCodes.CONTAMINATED, "a suite's item");
    for (Split split : STRONGEST_FIRST) {
      List<Item> ofSplit =
          items.stream()
              .filter(item -> item.split() == split && !dropped.containsKey(item.id()))
              .toList();
      List<TokenizedPrompt> others = others(split, items, context, dropped);
      drop(ofSplit, others, context, dropped, ReasonCodes.SPLIT_BRIDGE, "an item of another split");
    }
    return dropped.entrySet().stream()
        .map(entry -> new CutJudgement(entry.getKey(), entry.getValue()))
        .toList();
  }

  private record Item(Example example, TokenizedPrompt prompt) {
    String id() {
      return example.id();
    }

    Split split() {
      return example.provenance().split();
    }
  }

  /** Prompts that a split must keep clear of. */
  private static List<TokenizedPrompt> others(
      Split split, List<Item> cut, CutContext context, Map<String, StageJudgement> dropped) {
    var others = new ArrayList<TokenizedPrompt>();
    for (Example sealed : context.sealedBefore()) {
      if (sealed.provenance().split() != split) {
        others.add(TokenizedPrompt.of(sealed.prompt()));
      }
    }
    for (Example waiting : context.others()) {
      if (outranks(waiting.provenance().split(), split)) {
        others.add(TokenizedPrompt.of(waiting.prompt()));
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

  /** So many interactions may hold an n-gram before it is everybody's. */
  static long boilerplate(LoopSpec.Decontamination rule, long interactions) {
    return Math.max(
        rule.boilerplateCount(), (long) Math.floor(rule.boilerplateShare() * interactions));
  }

  private static NearTextFinder<Integer> index(List<TokenizedPrompt> references) {
    var index = new NearTextFinder<Integer>(NEAR);
    int number = 0;
    for (TokenizedPrompt reference : references) {
      if (reference.length() >= NEAR_WORDS) {
        index.add(number, reference.shingles());
      }
      number++;
    }
    return index;
  }

  private static boolean isNear(NearTextFinder<Integer> index, TokenizedPrompt prompt) {
    return prompt.length() >= NEAR_WORDS && !index.near(prompt.shingles(), _ -> true).isEmpty();
  }
}
