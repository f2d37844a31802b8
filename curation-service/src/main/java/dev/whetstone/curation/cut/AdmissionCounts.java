package dev.whetstone.curation.cut;

import dev.whetstone.curation.chain.StageCount;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The events taken in since the parent batch was cut, and how many admission dropped.
 *
 * @param events number of events, interactions and feedback of every kind
 * @param refused number of events that form no example, by reason
 * @param stages counts per stage of the examples that the other events form
 * @param fates every event of the cut by its fate after the cut, with the reason after a colon
 *     where it has one; empty in cuts of earlier versions
 */
record AdmissionCounts(
    int events, Map<String, Integer> refused, List<StageCount> stages, Map<String, Integer> fates) {
  AdmissionCounts {
    refused = new TreeMap<>(refused);
    stages = List.copyOf(stages);
    fates = fates == null ? new TreeMap<>() : new TreeMap<>(fates);
  }

  /** The same with the fates of all events of the cut, which are then the number of events. */
  AdmissionCounts withFates(Map<String, Integer> newFates) {
    int all = newFates.values().stream().mapToInt(n -> n).sum();
    return new AdmissionCounts(all, refused, stages, newFates);
  }

  /**
   * @param formed examples that entered the first stage
   * @param dropped dropped examples by stage and reason
   * @param order names of the stages
   */
  static AdmissionCounts of(
      int events,
      Map<String, Integer> refused,
      int formed,
      Map<String, Map<String, Integer>> dropped,
      List<String> order) {
    Map<String, Map<String, Integer>> inOrder = new LinkedHashMap<>();
    order.forEach(stage -> inOrder.put(stage, dropped.getOrDefault(stage, Map.of())));
    new TreeMap<>(dropped).forEach(inOrder::putIfAbsent);
    List<StageCount> stages = new ArrayList<>();
    int in = formed;
    for (var stage : inOrder.entrySet()) {
      int out = in - stage.getValue().values().stream().mapToInt(n -> n).sum();
      stages.add(new StageCount(stage.getKey(), in, out, stage.getValue()));
      in = out;
    }
    return new AdmissionCounts(events, refused, stages, Map.of());
  }

  /** Everything dropped, by reason: events that form no example, and examples. */
  Map<String, Integer> reasons() {
    Map<String, Integer> total = new TreeMap<>(refused);
    stages.forEach(stage -> stage.reasons().forEach((k, n) -> total.merge(k, n, Integer::sum)));
    return total;
  }
}
