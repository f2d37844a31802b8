package dev.whetstone.eval.checkpoint;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.event.CheckpointReady;
import dev.whetstone.contracts.event.CheckpointTainted;
import dev.whetstone.kit.json.Json;
import dev.whetstone.kit.sql.Sql;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import jakarta.transaction.Transactional.TxType;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

/** The rows of offered checkpoints, in the order of their arrival. */
@ApplicationScoped
public class CheckpointRepository {
  private static final String SELECT =
      "select tenant, loop, ordinal, body, tainted, received_at from checkpoint ";
  private final Sql sql;
  private final Clock clock;

  public CheckpointRepository(Sql sql, Clock clock) {
    this.sql = sql;
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

  void record(LoopId loop, CheckpointTainted tainted) {
    sql.update(
        "update checkpoint set tainted = ? where tenant = ? and loop = ? and checkpoint_id = ?",
        tainted.reason(),
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

  /** A tenant's checkpoints whose id starts with a prefix, oldest first. */
  public List<Checkpoint> byPrefix(String tenant, String prefix) {
    return sql.query(
        SELECT + "where tenant = ? and starts_with(checkpoint_id, ?) order by ordinal",
        CheckpointRepository::read,
        tenant,
        prefix);
  }

  /** Oldest first. */
  public List<Checkpoint> all(LoopId loop) {
    return sql.query(
        SELECT + "where tenant = ? and loop = ? order by ordinal",
        CheckpointRepository::read,
        loop.tenant(),
        loop.loop());
  }

  private static Checkpoint read(ResultSet row) throws SQLException {
    return new Checkpoint(
        new LoopId(row.getString("tenant"), row.getString("loop")),
        row.getLong("ordinal"),
        Json.read(row.getString("body"), CheckpointReady.class),
        row.getString("tainted"),
        Sql.instant(row, "received_at"));
  }
}
