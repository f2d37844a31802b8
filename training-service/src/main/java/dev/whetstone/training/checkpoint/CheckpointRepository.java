package dev.whetstone.training.checkpoint;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.kit.sql.Sql;
import dev.whetstone.training.plan.RunIdentity;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The rows of checkpoints and the decision about each. */
@ApplicationScoped
public class CheckpointRepository {
  private final Sql sql;

  public CheckpointRepository(Sql sql) {
    this.sql = sql;
  }

  /** The state of a checkpoint. */
  public enum State {
    UNDECIDED,
    /** Decided, not yet in service. */
    PROMOTED,
    APPLIED,
    REJECTED,
    /** Inconclusive, or held for a person. */
    OPEN,
    /** Promoted, but could not be put into service. */
    FAILED,
    ROLLED_BACK,
    /** Trained on data that may no longer be used. */
    TAINTED
  }

  /** A checkpoint and the batches its run trained on. */
  public record Known(String checkpointId, String runId, List<String> batchIds) {}

  /**
   * What decides whether a run may start from a checkpoint.
   *
   * @param loopSpecSha256 the declaration that applied to its run
   */
  public record Parent(boolean tainted, String loopSpecSha256) {}

  public void add(String checkpointId, RunIdentity run, String manifestUri, Instant at) {
    sql.update(
        """
        insert into checkpoint (checkpoint_id, run_id, tenant, loop, manifest_uri, state, created_at)
        values (?, ?, ?, ?, ?, 'undecided', ?)
        """,
        checkpointId,
        run.runId(),
        run.loop().tenant(),
        run.loop().loop(),
        manifestUri,
        at);
  }

  /** A tainted checkpoint stays tainted, whatever is decided about it later. */
  public void move(LoopId loop, String checkpointId, State state, Instant at) {
    sql.update(
        """
        update checkpoint set state = ?, decided_at = ?
        where tenant = ? and loop = ? and checkpoint_id = ? and state <> 'tainted'
        """,
        state.name().toLowerCase(Locale.ROOT),
        at,
        loop.tenant(),
        loop.loop(),
        checkpointId);
  }

  public Optional<Known> find(LoopId loop, String checkpointId) {
    return sql.first(
        """
        select c.checkpoint_id, c.run_id, r.batch_ids from checkpoint c join run r using (run_id)
        where c.tenant = ? and c.loop = ? and c.checkpoint_id = ?
        """,
        row -> new Known(row.getString(1), row.getString(2), Sql.texts(row, "batch_ids")),
        loop.tenant(),
        loop.loop(),
        checkpointId);
  }

  /**
   * Checkpoints that were trained on a batch, or started from a checkpoint that was, except tainted
   * ones.
   */
  public List<Known> trainedOn(LoopId loop, String batchId) {
    return sql.query(
        """
        with recursive of_loop as (
          select c.checkpoint_id, c.run_id, c.state, c.created_at, r.batch_ids,
            r.plan ->> 'parentCheckpointId' as parent
          from checkpoint c join run r using (run_id) where c.tenant = ? and c.loop = ?
        ), touched as (
          select checkpoint_id from of_loop where ? = any(batch_ids)
          union select o.checkpoint_id from of_loop o join touched t on o.parent = t.checkpoint_id
        )
        select checkpoint_id, run_id, batch_ids from of_loop join touched using (checkpoint_id)
        where state <> 'tainted' order by created_at
        """,
        row -> new Known(row.getString(1), row.getString(2), Sql.texts(row, "batch_ids")),
        loop.tenant(),
        loop.loop(),
        batchId);
  }

  /** What decides whether a run may start from a checkpoint, as it stands now. */
  public Optional<Parent> parent(LoopId loop, String checkpointId) {
    return parent(loop, checkpointId, "");
  }

  /**
   * The same, locked for the transaction that stores the run's plan: the checkpoint is tainted
   * either before that transaction or after it, and then the run is found and superseded.
   */
  public Optional<Parent> lockParent(LoopId loop, String checkpointId) {
    return parent(loop, checkpointId, " for share of c");
  }

  private Optional<Parent> parent(LoopId loop, String checkpointId, String locking) {
    return sql.first(
        """
        select c.state, r.loop_spec_sha256 from checkpoint c join run r using (run_id)
        where c.tenant = ? and c.loop = ? and c.checkpoint_id = ?
        """
            + locking,
        row -> new Parent(row.getString(1).equals("tainted"), row.getString(2)),
        loop.tenant(),
        loop.loop(),
        checkpointId);
  }

  /** Whether a checkpoint made after {@code since} still waits for its first decision. */
  public boolean anyUndecided(LoopId loop, Instant since) {
    return sql.first(
            """
            select 1 from checkpoint where tenant = ? and loop = ? and state = 'undecided'
              and created_at > ?
            """,
            row -> true,
            loop.tenant(),
            loop.loop(),
            since)
        .orElse(false);
  }
}
