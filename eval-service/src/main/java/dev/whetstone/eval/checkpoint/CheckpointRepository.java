package dev.whetstone.eval.checkpoint;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.event.CheckpointReady;
import dev.whetstone.contracts.event.CheckpointTainted;
import dev.whetstone.eval.due.DueLoopRepository;
import dev.whetstone.eval.due.WorkKind;
import dev.whetstone.eval.paging.NewestFirstPage;
import dev.whetstone.kit.json.Json;
import dev.whetstone.kit.sql.Sql;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import jakarta.transaction.Transactional.TxType;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The rows of offered checkpoints, in the order of their arrival. */
@ApplicationScoped
public class CheckpointRepository {
  private static final String SELECT =
      "select tenant, loop, ordinal, body, tainted, tainted_at, received_at from checkpoint ";
  private final Sql sql;
  private final DueLoopRepository due;
  private final Clock clock;

  public CheckpointRepository(Sql sql, DueLoopRepository due, Clock clock) {
    this.sql = sql;
    this.due = due;
    this.clock = clock;
  }

  /**
   * Records a checkpoint; a known one stays unchanged.
   *
   * @return false if it was known
   */
  @Transactional
  public boolean record(LoopId loop, CheckpointReady ready) {
    return sql.update(
            "insert into checkpoint (tenant, loop, checkpoint_id, body, received_at)"
                + " values (?, ?, ?, ?, ?) on conflict do nothing",
            loop.tenant(),
            loop.loop(),
            ready.checkpointId(),
            Json.text(ready),
            clock.instant())
        == 1;
  }

  /**
   * Records a checkpoint that a caller offers, and makes its loop due.
   *
   * @return false if it was known
   */
  @Transactional
  public boolean offer(LoopId loop, CheckpointReady ready) {
    boolean isNew = record(loop, ready);
    due.wake(loop, WorkKind.EVALUATION);
    return isNew;
  }

  void record(LoopId loop, CheckpointTainted tainted) {
    sql.update(
        "update checkpoint set tainted = ?, tainted_at = coalesce(tainted_at, ?)"
            + " where tenant = ? and loop = ? and checkpoint_id = ?",
        tainted.reason(),
        clock.instant(),
        loop.tenant(),
        loop.loop(),
        tainted.checkpointId());
  }

  public Optional<Checkpoint> find(LoopId loop, String checkpointId) {
    return sql.first(
        SELECT + "where tenant = ? and loop = ? and checkpoint_id = ?",
        CheckpointRepository::read,
        loop.tenant(),
        loop.loop(),
        checkpointId);
  }

  /**
   * Why a checkpoint may not be used, worded as the reason of a decision; empty if it may. The row
   * is locked: it cannot become tainted until the caller's transaction ends.
   */
  @Transactional(TxType.MANDATORY)
  public Optional<String> lockedTaint(LoopId loop, String checkpointId) {
    return sql
        .query(
            "select tainted from checkpoint where tenant = ? and loop = ? and checkpoint_id = ?"
                + " for share",
            row -> Optional.ofNullable(row.getString(1)),
            loop.tenant(),
            loop.loop(),
            checkpointId)
        .stream()
        .flatMap(Optional::stream)
        .findFirst()
        .map(Checkpoint::taintedBecause);
  }

  /** Ids of the loop's checkpoints that may no longer be used. */
  public Set<String> tainted(LoopId loop) {
    return new HashSet<>(
        sql.query(
            "select checkpoint_id from checkpoint"
                + " where tenant = ? and loop = ? and tainted is not null",
            row -> row.getString(1),
            loop.tenant(),
            loop.loop()));
  }

  /** A tenant's checkpoints whose id starts with a prefix, oldest first. */
  public List<Checkpoint> byPrefix(String tenant, String prefix) {
    return sql.query(
        SELECT + "where tenant = ? and starts_with(checkpoint_id, ?) order by ordinal",
        CheckpointRepository::read,
        tenant,
        prefix);
  }

  /** A page, newest first; its key is the checkpoint's id. */
  public List<Checkpoint> page(LoopId loop, NewestFirstPage page) {
    return sql.query(
        SELECT
            + "where tenant = ? and loop = ? and (?::text is null or ordinal < (select ordinal"
            + " from checkpoint b where b.tenant = ? and b.loop = ? and b.checkpoint_id = ?))"
            + " order by ordinal desc limit ?",
        CheckpointRepository::read,
        loop.tenant(),
        loop.loop(),
        page.before(),
        loop.tenant(),
        loop.loop(),
        page.before(),
        page.read());
  }

  private static Checkpoint read(ResultSet row) throws SQLException {
    return new Checkpoint(
        new LoopId(row.getString("tenant"), row.getString("loop")),
        row.getLong("ordinal"),
        Json.read(row.getString("body"), CheckpointReady.class),
        row.getString("tainted"),
        Sql.instant(row, "tainted_at"),
        Sql.instant(row, "received_at"));
  }
}
