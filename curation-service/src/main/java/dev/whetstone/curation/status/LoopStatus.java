package dev.whetstone.curation.status;

import dev.whetstone.contracts.batch.Form;
import dev.whetstone.kit.loop.LoopCondition;
import java.util.List;
import java.util.Map;

/**
 * How a loop's curation fares.
 *
 * @param form of the examples counted: SFT wherever a batch of it can be, else the one with the
 *     most new train examples
 * @param train new train examples of that form; {@code validation} and {@code test} likewise
 * @param heldOut test items that can judge the next candidate
 * @param heldOutNeeded 2147483647 where no number of items decides
 * @param decidable whether those are enough
 * @param quarantined examples that a person may look at
 * @param waiting events that wait for their counterpart
 * @param funnel events kept away, by reason
 */
public record LoopStatus(
    String loop,
    long revision,
    String specSha256,
    Form form,
    int train,
    int validation,
    int test,
    int minExamples,
    int heldOut,
    int heldOutNeeded,
    boolean decidable,
    String forecast,
    long quarantined,
    long waiting,
    List<BatchView> batches,
    Map<String, Long> funnel,
    List<LoopCondition> conditions) {
  public LoopStatus {
    batches = List.copyOf(batches);
    conditions = List.copyOf(conditions);
  }
}
