package dev.whetstone.curation.cut;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.batch.BatchState;
import dev.whetstone.curation.batch.Batch;
import dev.whetstone.curation.batch.BatchRepository;
import dev.whetstone.curation.count.CountKind;
import dev.whetstone.curation.count.LoopCount;
import dev.whetstone.curation.count.LoopCountRepository;
import dev.whetstone.curation.example.CutExampleRepository;
import dev.whetstone.curation.example.CutExampleRepository.SealedExamples;
import dev.whetstone.curation.example.Example;
import dev.whetstone.curation.example.ExampleState;
import dev.whetstone.curation.example.ReadyPoolRepository;
import dev.whetstone.curation.example.ReadyPoolRepository.Window;
import dev.whetstone.curation.example.StoredExample;
import dev.whetstone.curation.finding.FindingRepository;
import dev.whetstone.curation.join.InteractionRepository;
import dev.whetstone.kit.loop.DeclaredLoop;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/** Reads the snapshot for a decision about a cut. */
@ApplicationScoped
public class CutSnapshotReader {
  /** Number of the newest interactions that common wording is estimated from. */
  private static final int MOST_INTERACTIONS = 20_000;

  private final BatchRepository batches;
  private final ReadyPoolRepository pools;
  private final CutExampleRepository sealed;
  private final InteractionRepository interactions;
  private final FindingRepository findings;
  private final AdmissionCountReader admissions;
  private final LoopCountRepository counts;
  private final CutLimits limits;
  private final Clock clock;

  public CutSnapshotReader(
      BatchRepository batches,
      ReadyPoolRepository pools,
      CutExampleRepository sealed,
      InteractionRepository interactions,
      FindingRepository findings,
      AdmissionCountReader admissions,
      LoopCountRepository counts,
      CutLimits limits,
      Clock clock) {
    this.batches = batches;
    this.pools = pools;
    this.sealed = sealed;
    this.interactions = interactions;
    this.findings = findings;
    this.admissions = admissions;
    this.counts = counts;
    this.limits = limits;
    this.clock = clock;
  }

  /** In the caller's transaction. Everything with text is read within the {@link CutLimits}. */
  CutSnapshot read(DeclaredLoop loop, boolean manual) {
    LoopId id = loop.id();
    Batch parent = batches.newest(id).orElse(null);
    Window ready = pools.oldest(id, ExampleState.READY, limits.maxExamples(), limits.maxBytes());
    Window others =
        pools.newest(id, ExampleState.QUARANTINED, limits.maxExamples(), limits.quarantinedBytes());
    SealedExamples accepted = earlier(loop, BatchState.ADOPTED);
    SealedExamples pending = earlier(loop, BatchState.PENDING);
    return new CutSnapshot(
        loop,
        ready.examples(),
        ready.complete(),
        quarantined(id),
        others.examples(),
        batches.states(id),
        batches.recent(id, clock.instant().minus(Duration.ofDays(1))),
        parent,
        accepted.examples(),
        pending.examples(),
        findings.since(id, parent == null ? null : parent.sealedAt()),
        interactions.newestPrompts(id, MOST_INTERACTIONS, limits.promptCharacters()),
        sealed.spentIds(id, contentIds(ready.examples())),
        admissions.since(id, parent == null ? null : parent.batchId()),
        warnings(accepted.left() + pending.left()),
        manual);
  }

  private SealedExamples earlier(DeclaredLoop loop, BatchState state) {
    int mostTrain = loop.spec().spec().training().exampleCap();
    return sealed.inBatches(loop.id(), state.wireName(), mostTrain, limits.earlierBytes());
  }

  private int quarantined(LoopId loop) {
    return (int)
        counts.of(loop, CountKind.EXAMPLE, ExampleState.QUARANTINED.wireName()).stream()
            .mapToLong(LoopCount::n)
            .sum();
  }

  private static Set<String> contentIds(List<StoredExample> ready) {
    return ready.stream()
        .map(StoredExample::example)
        .filter(Objects::nonNull)
        .map(Example::contentId)
        .collect(Collectors.toSet());
  }

  private static List<String> warnings(int heldOutLeft) {
    return heldOutLeft == 0
        ? List.of()
        : List.of(
            "%d older held-out examples were not compared with; raise whetstone.curation.cut.earlier-bytes"
                .formatted(heldOutLeft));
  }
}
