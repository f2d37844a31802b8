package dev.whetstone.curation.status;

import dev.whetstone.contracts.batch.Form;
import dev.whetstone.kit.loop.LoopCondition;
import java.util.List;
import java.util.Map;

/**
 * The state of a loop's curation.
 *
 * @param form of the examples counted: SFT where there are enough for a batch, else the form with
 *     the most new train examples
 * @param train new train examples of that form; {@code validation} and {@code test} likewise
 * @param heldOut test items that can judge the next candidate
 * @param heldOutNeeded 2147483647 where no number of items suffices
 * @param decidable whether {@code heldOut} is at least {@code heldOutNeeded}
 * @param quarantined examples held for review
 * @param waiting events waiting for their counterpart
 * @param batches the newest 20, first sealed first
 * @param funnel dropped events by reason
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
