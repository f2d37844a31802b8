package dev.whetstone.curation.chain;

import dev.whetstone.contracts.event.FindingReported.WeakSlice;
import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.contracts.suite.SuiteItem;
import java.util.List;

/**
 * What a cut stage may know beside the examples of the cut. Lists may come in any order.
 *
 * @param sealedBefore examples of earlier batches, adopted or pending
 * @param suiteItems items of all the loop's suites
 * @param others known examples of all splits that are neither in this cut nor sealed
 * @param findings slices where evaluation found the model weak
 * @param seed of keyed hashes that break ties
 */
public record CutContext(
    LoopSpec spec,
    List<Example> sealedBefore,
    List<SuiteItem> suiteItems,
    InteractionStatistics interactions,
    List<Example> others,
    List<WeakSlice> findings,
    long seed) {
  public CutContext {
    sealedBefore = List.copyOf(sealedBefore);
    suiteItems = List.copyOf(suiteItems);
    others = List.copyOf(others);
    findings = List.copyOf(findings);
  }

  /** The loop's curation parameters. */
  public LoopSpec.Curation curation() {
    return spec.spec().curation();
  }
}
