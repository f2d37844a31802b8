package dev.whetstone.curation.chain;

import dev.whetstone.contracts.event.FindingReported.WeakSlice;
import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.contracts.suite.SuiteItem;
import dev.whetstone.curation.example.Example;
import dev.whetstone.curation.text.InteractionStatistics;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a cut stage may know beside the examples of the cut. Lists may come in any order.
 *
 * @param accepted examples of earlier batches whose candidate was promoted
 * @param pending examples of earlier batches that nobody has decided on yet
 * @param suiteItems items of all the loop's suites
 * @param others known examples of all splits that are neither in this cut nor sealed
 * @param findings slices where evaluation found the model weak
 * @param seed of keyed hashes that break ties
 */
public record CutContext(
    LoopSpec spec,
    List<Example> accepted,
    List<Example> pending,
    List<SuiteItem> suiteItems,
    InteractionStatistics interactions,
    List<Example> others,
    List<WeakSlice> findings,
    long seed) {
  public CutContext {
    accepted = List.copyOf(accepted);
    pending = List.copyOf(pending);
    suiteItems = List.copyOf(suiteItems);
    others = List.copyOf(others);
    findings = List.copyOf(findings);
  }

  /** What new examples must neither repeat nor meet in another split, decided on or not. */
  public List<Example> sealedBefore() {
    return Stream.concat(accepted.stream(), pending.stream()).toList();
  }

  /** The loop's curation parameters. */
  public LoopSpec.Curation curation() {
    return spec.spec().curation();
  }
}
