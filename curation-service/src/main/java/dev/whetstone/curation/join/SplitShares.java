package dev.whetstone.curation.join;

import dev.whetstone.contracts.loop.LoopSpec.SplitRatios.Shares;
import dev.whetstone.curation.batch.BatchRepository;
import dev.whetstone.curation.form.SplitRule;
import dev.whetstone.kit.loop.DeclaredLoop;
import jakarta.enterprise.context.ApplicationScoped;

/** The shares for new conversations; they change only when a batch is sealed. */
@ApplicationScoped
public class SplitShares {
  private final BatchRepository batches;

  public SplitShares(BatchRepository batches) {
    this.batches = batches;
  }

  Shares of(DeclaredLoop loop) {
    return SplitRule.shares(loop.spec(), batches.sealedTestItems(loop.id()));
  }
}
