package dev.whetstone.curation.join;

import dev.whetstone.contracts.loop.LoopSpec.SplitRatios.Shares;
import dev.whetstone.curation.batch.Batches;
import dev.whetstone.curation.split.SplitRule;
import dev.whetstone.kit.loop.DeclaredLoop;
import jakarta.enterprise.context.ApplicationScoped;

/** The shares new conversations are split by; they change only when a batch is sealed. */
@ApplicationScoped
public class SplitShares {
  private final Batches batches;

  public SplitShares(Batches batches) {
    this.batches = batches;
  }

  Shares of(DeclaredLoop loop) {
    return SplitRule.shares(loop.spec(), batches.sealedTestItems(loop.id()));
  }
}
