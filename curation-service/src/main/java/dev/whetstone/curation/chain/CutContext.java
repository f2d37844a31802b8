package dev.whetstone.curation.chain;

import dev.whetstone.contracts.event.FindingReported.WeakSlice;
import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.contracts.suite.SuiteItem;
import dev.whetstone.curation.example.Example;
import dev.whetstone.curation.feature.ExampleFeatures;
import dev.whetstone.curation.text.InteractionStatistics;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a cut stage knows besides the examples of the cut. Lists are in no particular order.
 *
 * @param accepted examples of earlier batches whose candidate was promoted
 * @param pending examples of earlier batches that await their decision
 * @param suiteItems items of all the loop's suites
 * @param others known examples of all splits that are neither in this cut nor sealed
 * @param findings slices where evaluation found the model weak
 * @param seed of keyed hashes that break ties
 * @param features of examples in this cut and in earlier batches
 */
public record CutContext(
    LoopSpec spec,
    List<Example> accepted,
    List<Example> pending,
    List<SuiteItem> suiteItems,
    InteractionStatistics interactions,
    List<Example> others,
    List<WeakSlice> findings,
    long seed,
    ExampleFeatures features) {
  /** A context without recorded features. */
  public CutContext(
      LoopSpec spec,
      List<Example> accepted,
      List<Example> pending,
      List<SuiteItem> suiteItems,
      InteractionStatistics interactions,
      List<Example> others,
      List<WeakSlice> findings,
      long seed) {
    this(
        spec,
        accepted,
        pending,
        suiteItems,
        interactions,
        others,
        findings,
        seed,
        ExampleFeatures.none());
  }

  public CutContext {
    accepted = List.copyOf(accepted);
    pending = List.copyOf(pending);
    suiteItems = List.copyOf(suiteItems);
    others = List.copyOf(others);
    findings = List.copyOf(findings);
  }

  /**
   * Examples of all earlier batches: new ones must not repeat them or share prompts across splits.
   */
  public List<Example> sealedBefore() {
    return Stream.concat(accepted.stream(), pending.stream()).toList();
  }

  /** The loop's curation parameters. */
  public LoopSpec.Curation curation() {
    return spec.spec().curation();
  }
}
