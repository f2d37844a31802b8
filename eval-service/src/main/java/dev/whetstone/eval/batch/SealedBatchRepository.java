package dev.whetstone.eval.batch;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.batch.BatchState;
import dev.whetstone.contracts.event.BatchAdopted;
import dev.whetstone.contracts.event.BatchSealed;
import dev.whetstone.contracts.event.BatchSetAside;
import dev.whetstone.contracts.event.BatchTainted;
import dev.whetstone.kit.sql.Sql;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The rows of sealed batches, with the states that training publishes, and of withdrawn examples.
 */
@ApplicationScoped
public class SealedBatchRepository {
  private final Sql sql;

  public SealedBatchRepository(Sql sql) {
    this.sql = sql;
  }

  void record(LoopId loop, BatchSealed sealed) {
    sql.update(
        "insert into sealed_batch (tenant, loop, batch_id, sequence, manifest_uri)"
            + " values (?, ?, ?, ?, ?) on conflict do nothing",
        loop.tenant(),
        loop.loop(),
        sealed.batchId(),
        sealed.sequence(),
        sealed.manifestUri());
  }

  void record(LoopId loop, BatchAdopted adopted) {
    sql.update(
        "update sealed_batch set state = 'adopted', adopted_by = ?"
            + " where tenant = ? and loop = ? and batch_id = any(?)",
        adopted.checkpointId(),
        loop.tenant(),
        loop.loop(),
        adopted.batchIds());
  }

  void record(LoopId loop, BatchSetAside aside) {
    sql.update(
        "update sealed_batch set state = 'set_aside'"
            + " where tenant = ? and loop = ? and batch_id = any(?)",
        loop.tenant(),
        loop.loop(),
        aside.batchIds());
  }

  void record(LoopId loop, BatchTainted tainted) {
    sql.update(
        "insert into withdrawn_example (tenant, loop, example_id)"
            + " select ?, ?, unnest(?::text[]) on conflict do nothing",
        loop.tenant(),
        loop.loop(),
        tainted.withdrawnExampleIds());
  }

  /** The ids for which no {@code batch.sealed} has arrived, in the order given. */
  public List<String> unknown(LoopId loop, List<String> batchIds) {
    Set<String> known = new HashSet<>();
    all(loop).forEach(batch -> known.add(batch.batchId()));
    return batchIds.stream().filter(id -> !known.contains(id)).toList();
  }

  /** Oldest first. */
  public List<SealedBatch> all(LoopId loop) {
    return sql.query(
        "select batch_id, sequence, manifest_uri, state, adopted_by from sealed_batch"
            + " where tenant = ? and loop = ? order by sequence",
        row ->
            new SealedBatch(
                row.getString(1),
                row.getLong(2),
                row.getString(3),
                BatchState.ofWireName(row.getString(4)),
                row.getString(5)),
        loop.tenant(),
        loop.loop());
  }

  /** Ids of the examples that evaluations may no longer use. */
  public Set<String> withdrawn(LoopId loop) {
    return new HashSet<>(
        sql.query(
            "select example_id from withdrawn_example where tenant = ? and loop = ?",
            row -> row.getString(1),
            loop.tenant(),
            loop.loop()));
  }
}
