package dev.whetstone.curation.cut;

import dev.whetstone.contracts.batch.BatchState;
import dev.whetstone.curation.batch.Batch;
import dev.whetstone.curation.batch.BatchRepository;
import dev.whetstone.curation.example.CutExampleRepository;
import dev.whetstone.curation.example.ExampleRepository;
import dev.whetstone.curation.example.ExampleState;
import dev.whetstone.curation.finding.FindingRepository;
import dev.whetstone.curation.join.InteractionRepository;
import dev.whetstone.curation.text.ChatTexts;
import dev.whetstone.kit.loop.DeclaredLoop;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.List;

/** Reads the snapshot for a decision about a cut. */
@ApplicationScoped
public class CutSnapshotReader {
  /** Number of the newest interactions that common wording is estimated from. */
  private static final int MOST_INTERACTIONS = 20_000;

  private final BatchRepository batches;
  private final ExampleRepository examples;
  private final CutExampleRepository pools;
  private final InteractionRepository interactions;
  private final FindingRepository findings;
  private final AdmissionCountReader admissions;

  public CutSnapshotReader(
      BatchRepository batches,
      ExampleRepository examples,
      CutExampleRepository pools,
      InteractionRepository interactions,
      FindingRepository findings,
      AdmissionCountReader admissions) {
    this.batches = batches;
    this.examples = examples;
    this.pools = pools;
    this.interactions = interactions;
    this.findings = findings;
    this.admissions = admissions;
  }

  /** In the caller's transaction. */
  CutSnapshot read(DeclaredLoop loop, boolean manual) {
    List<Batch> sealed = batches.all(loop.id());
    int mostTrain = loop.spec().spec().training().exampleCap();
    Instant newest = sealed.isEmpty() ? null : sealed.getLast().sealedAt();
    return new CutSnapshot(
        loop,
        examples.in(loop.id(), ExampleState.READY),
        examples.in(loop.id(), ExampleState.QUARANTINED),
        sealed,
        pools.inBatches(loop.id(), BatchState.ADOPTED.wireName(), mostTrain),
        pools.inBatches(loop.id(), BatchState.PENDING.wireName(), mostTrain),
        findings.since(loop.id(), newest),
        interactions.newest(
            loop.id(),
            MOST_INTERACTIONS,
            interaction -> ChatTexts.prompt(interaction.request().messages())),
        pools.spentIds(loop.id()),
        admissions.since(loop.id(), sealed.isEmpty() ? null : sealed.getLast().batchId()),
        manual);
  }
}
