package dev.whetstone.curation.chain;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A stage and its place in its chain.
 *
 * @param order position relative to the other stages of the chain; lower runs first
 * @param <S> kind of chain
 */
public record OrderedStage<S extends ChainStage>(int order, S stage) {

  /**
   * The stages in the order in which the chain runs them.
   *
   * @throws IllegalStateException when two stages have the same order or the same name; names both
   */
  public static <S extends ChainStage> List<S> sorted(List<OrderedStage<S>> stages) {
    Map<Integer, String> byOrder = new HashMap<>();
    Map<String, Integer> byName = new HashMap<>();
    for (OrderedStage<S> one : stages) {
      String name = one.stage().name();
      String sameOrder = byOrder.putIfAbsent(one.order(), name);
      if (sameOrder != null) {
        throw new IllegalStateException(
            "chain stages '%s' and '%s' both have order %d; give each stage of a chain its own order"
                .formatted(sameOrder, name, one.order()));
      }
      Integer sameName = byName.putIfAbsent(name, one.order());
      if (sameName != null) {
        throw new IllegalStateException(
            "two chain stages are named '%s' (orders %d and %d); give each stage of a chain its own name"
                .formatted(name, sameName, one.order()));
      }
    }
    return stages.stream()
        .sorted(Comparator.comparingInt(OrderedStage::order))
        .map(OrderedStage::stage)
        .toList();
  }
}
