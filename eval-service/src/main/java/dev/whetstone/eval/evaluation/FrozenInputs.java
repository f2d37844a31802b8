package dev.whetstone.eval.evaluation;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.whetstone.contracts.suite.SuiteRef;
import dev.whetstone.eval.champion.Champion;
import java.util.List;

/**
 * The inputs of an evaluation, fixed from its first question to its verdict: later declarations,
 * promotions and batches do not change them (invariant I4).
 *
 * @param policySha256 digest of the loop spec
 * @param itemsSha256 digest of the items' blob
 * @param itemCount number of items
 * @param suites in the order they are asked
 * @param freshBatchIds batches whose test items are FRESH
 * @param lastSequence sequence of the newest batch at that time; 0 for none
 * @param faults why the candidate cannot be asked
 * @param holds why a person must decide
 * @param notes for people; they do not affect the verdict
 * @param anchors former champions that the candidate is compared with beside the champion
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record FrozenInputs(
    String policySha256,
    Champion champion,
    String candidateName,
    String candidateAdapterUri,
    String itemsSha256,
    int itemCount,
    List<SuiteRef> suites,
    List<String> freshBatchIds,
    long lastSequence,
    List<String> faults,
    List<String> holds,
    List<String> notes,
    List<Champion> anchors) {
  public FrozenInputs {
    suites = List.copyOf(suites);
    freshBatchIds = List.copyOf(freshBatchIds);
    faults = List.copyOf(faults);
    holds = List.copyOf(holds);
    notes = notes == null ? List.of() : List.copyOf(notes);
    anchors = anchors == null ? List.of() : List.copyOf(anchors);
  }

  /** The same inputs with other faults. */
  public FrozenInputs withFaults(List<String> newFaults) {
    return new FrozenInputs(
        policySha256,
        champion,
        candidateName,
        candidateAdapterUri,
        itemsSha256,
        itemCount,
        suites,
        freshBatchIds,
        lastSequence,
        newFaults,
        holds,
        notes,
        anchors);
  }
}
