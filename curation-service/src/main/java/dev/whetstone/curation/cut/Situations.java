package dev.whetstone.curation.cut;

import dev.whetstone.curation.batch.Batch;
import dev.whetstone.curation.batch.BatchState;
import dev.whetstone.curation.batch.Batches;
import dev.whetstone.curation.chain.Texts;
import dev.whetstone.curation.example.CutExamples;
import dev.whetstone.curation.example.ExampleState;
import dev.whetstone.curation.example.Examples;
import dev.whetstone.curation.join.Interactions;
import dev.whetstone.kit.loop.DeclaredLoop;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.List;

/** Reads what a decision about a cut looks at. */
@ApplicationScoped
public class Situations {
  /** So many of the newest interactions tell what wording is common. */
  private static final int INTERACTIONS_LOOKED_AT = 20_000;

  private final Batches batches;
  private final Examples examples;
  private final CutExamples pools;
  private final Interactions interactions;
  private final Findings findings;
  private final Admissions admissions;

  public Situations(
      Batches batches,
      Examples examples,
      CutExamples pools,
      Interactions interactions,
      Findings findings,
      Admissions admissions) {
    this.batches = batches;
    this.examples = examples;
    this.pools = pools;
    this.interactions = interactions;
    this.findings = findings;
    this.admissions = admissions;
  }

  /** In the caller's transaction. */
  Situation read(DeclaredLoop loop, boolean manual) {
    List<Batch> sealed = batches.all(loop.id());
    int mostTrain = loop.spec().spec().training().exampleCap();
    Instant newest = sealed.isEmpty() ? null : sealed.getLast().sealedAt();
    return new Situation(
        loop,
        examples.in(loop.id(), ExampleState.READY),
        examples.in(loop.id(), ExampleState.QUARANTINED),
        sealed,
        pools.inBatches(loop.id(), BatchState.ADOPTED.wireName(), mostTrain),
        pools.inBatches(loop.id(), BatchState.PENDING.wireName(), mostTrain),
        findings.since(loop.id(), newest),
        interactions.newest(
            loop.id(),
            INTERACTIONS_LOOKED_AT,
            interaction -> Texts.prompt(interaction.request().messages())),
        pools.spentIds(loop.id()),
        admissions.since(loop.id(), sealed.isEmpty() ? null : sealed.getLast().batchId()),
        manual);
  }
}
