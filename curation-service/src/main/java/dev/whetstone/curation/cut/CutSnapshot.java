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
import java.util.Objects;
import java.util.Set;

/**
 * Everything that a decision about a cut depends on, read in one transaction.
 *
 * @param batches in the order in which they were sealed
 * @param accepted examples of adopted batches; {@code pending}: of undecided batches
 * @param prompts the prompts of the newest interactions
 * @param spentIds ids that no other example may get
 * @param manual whether a person requested a seal
 */
record CutSnapshot(
    DeclaredLoop loop,
    List<StoredExample> ready,
    List<StoredExample> quarantined,
    List<Batch> batches,
    List<SealedExample> accepted,
    List<SealedExample> pending,
    List<WeakSlice> findings,
    List<String> prompts,
    Set<String> spentIds,
    AdmissionCounts admission,
    boolean manual) {

  CutContext context(SuiteReader.Suites suites, ExampleFeatures features) {
    return new CutContext(
        loop.spec(),
        accepted.stream().map(SealedExample::example).toList(),
        pending.stream().map(SealedExample::example).toList(),
        suites.items(),
        InteractionStatistics.ofPrompts(prompts),
        quarantined.stream().map(StoredExample::example).filter(Objects::nonNull).toList(),
        findings,
        loop.spec().spec().training().seed(),
        features);
  }
}
