package dev.whetstone.curation.chain;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * One stage's counts in the funnel.
 *
 * @param reasons dropped examples per reason; they add up to {@code in − out}
 */
public record StageCount(String stage, int in, int out, Map<String, Integer> reasons) {
  public StageCount {
    reasons = Collections.unmodifiableMap(new TreeMap<>(reasons));
  }
}
