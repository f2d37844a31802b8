package dev.whetstone.curation.cut;

import dev.whetstone.contracts.event.FindingReported.WeakSlice;
import dev.whetstone.curation.batch.Batch;
import dev.whetstone.curation.chain.CutContext;
import dev.whetstone.curation.example.CutExampleRepository.SealedExample;
import dev.whetstone.curation.example.StoredExample;
import dev.whetstone.curation.feature.ExampleFeatures;
import dev.whetstone.curation.text.InteractionStatistics;
import dev.whetstone.kit.loop.DeclaredLoop;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Everything that a decision about a cut depends on, read in one transaction.
 *
 * @param ready the examples that the cut judges
 * @param complete whether these are all that are ready; false when some wait for the next cut
 * @param quarantined number of examples in quarantine; {@code others}: the newest of them
 * @param adoption state of every earlier batch, by id
 * @param recent batches that the seal rule looks at; {@code parent}: the last one sealed
 * @param accepted examples of adopted batches; {@code pending}: of undecided batches
 * @param prompts the prompts of the newest interactions
 * @param spentIds ids that no other example may get
 * @param warnings about what was too much to compare with
 * @param manual whether a person requested a seal
 */
record CutSnapshot(
    DeclaredLoop loop,
    List<StoredExample> ready,
    boolean complete,
    int quarantined,
    List<StoredExample> others,
    Map<String, String> adoption,
    List<Batch> recent,
    @Nullable Batch parent,
    List<SealedExample> accepted,
    List<SealedExample> pending,
    List<WeakSlice> findings,
    List<String> prompts,
    Set<String> spentIds,
    AdmissionCounts admission,
    List<String> warnings,
    boolean manual) {

  CutContext context(SuiteReader.Suites suites, ExampleFeatures features) {
    return new CutContext(
        loop.spec(),
        accepted.stream().map(SealedExample::example).toList(),
        pending.stream().map(SealedExample::example).toList(),
        suites.items(),
        InteractionStatistics.ofPrompts(prompts),
        others.stream().map(StoredExample::example).filter(Objects::nonNull).toList(),
        findings,
        loop.spec().spec().training().seed(),
        features);
  }
}
