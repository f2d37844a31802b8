package dev.whetstone.eval.evaluation;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.whetstone.contracts.suite.SuiteRef;
import dev.whetstone.eval.champion.Champion;
import java.util.List;

/**
 * What an evaluation rests on from its first question to its verdict, whatever is declared,
 * promoted or sealed meanwhile (invariant I4).
 *
 * @param policySha256 digest of the loop spec
 * @param itemsSha256 digest of the items' blob
 * @param itemCount lines of it
 * @param suites in the order they are asked
 * @param freshBatchIds batches whose test items are FRESH
 * @param lastSequence newest batch known then
 * @param faults why the candidate cannot be judged by asking
 * @param holds why a person must look
 * @param notes what decides nothing and a person should know
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
    List<String> notes) {
  public FrozenInputs {
    suites = List.copyOf(suites);
    freshBatchIds = List.copyOf(freshBatchIds);
    faults = List.copyOf(faults);
    holds = List.copyOf(holds);
    notes = notes == null ? List.of() : List.copyOf(notes);
  }

  /** The same with the faults found since in place of those before. */
  public FrozenInputs withFaults(List<String> found) {
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
        found,
        holds,
        notes);
  }
}
