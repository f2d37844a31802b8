package dev.whetstone.curation.cut;

import dev.whetstone.contracts.event.FindingReported.WeakSlice;
import dev.whetstone.curation.batch.Batch;
import dev.whetstone.curation.chain.CutContext;
import dev.whetstone.curation.example.Example;
import dev.whetstone.curation.example.StoredExample;
import dev.whetstone.curation.text.InteractionStatistics;
import dev.whetstone.kit.loop.DeclaredLoop;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * All that a decision about a cut looks at, read in one transaction.
 *
 * @param batches first sealed first
 * @param accepted examples of adopted batches; {@code pending} likewise
 * @param prompts of the newest interactions
 * @param spentIds that no example may get again
 * @param manual a person asked for a seal
 */
record CutSnapshot(
    DeclaredLoop loop,
    List<StoredExample> ready,
    List<StoredExample> quarantined,
    List<Batch> batches,
    List<Example> accepted,
    List<Example> pending,
    List<WeakSlice> findings,
    List<String> prompts,
    Set<String> spentIds,
    AdmissionCounts admission,
    boolean manual) {

  CutContext context(SuiteReader.Suites suites) {
    return new CutContext(
        loop.spec(),
        accepted,
        pending,
        suites.items(),
        InteractionStatistics.ofPrompts(prompts),
        quarantined.stream().map(StoredExample::example).filter(Objects::nonNull).toList(),
        findings,
        loop.spec().spec().training().seed());
  }
}
