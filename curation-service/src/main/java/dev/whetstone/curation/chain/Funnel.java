package dev.whetstone.curation.chain;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** How many examples went into and came out of each stage, and why the others were dropped. */
public record Funnel(List<StageCount> stages) {
  public Funnel {
    stages = List.copyOf(stages);
  }

  /** Dropped examples per reason over all stages. */
  public Map<String, Integer> reasons() {
    var total = new TreeMap<String, Integer>();
    stages.forEach(stage -> stage.reasons().forEach((k, n) -> total.merge(k, n, Integer::sum)));
    return total;
  }
}
