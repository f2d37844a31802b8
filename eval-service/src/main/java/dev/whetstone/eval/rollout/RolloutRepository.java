package dev.whetstone.eval.rollout;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.eval.rollout.RolloutState.Applied;
import dev.whetstone.eval.rollout.RolloutState.Failed;
import dev.whetstone.eval.rollout.RolloutState.Loading;
import dev.whetstone.eval.rollout.RolloutState.RolledBack;
import dev.whetstone.eval.rollout.RolloutState.Switched;
import dev.whetstone.kit.sql.Sql;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The rows of rollouts. */
@ApplicationScoped
public class RolloutRepository {
  private static final String SELECT =
      """
      select decision_id, tenant, loop, checkpoint_id, adapter_uri, served_name, from_generation,
        state, deadline, reason, updated_at from rollout
      """;
  private static final String INSERT =
      """
      insert into rollout (decision_id, tenant, loop, checkpoint_id, adapter_uri, served_name,
        from_generation, state, deadline, reason, updated_at, begun_at)
      values (?, ?, ?, ?, ?, ?, ?, 'loading', ?, '', ?, ?) on conflict do nothing
      """;
  private final Sql sql;
  private final Clock clock;

  public RolloutRepository(Sql sql, Clock clock) {
    this.sql = sql;
    this.clock = clock;
  }

  @Transactional
  void begin(Rollout rollout, Instant deadline) {
    Instant now = clock.instant();
    sql.update(
        INSERT,
        rollout.decisionId(),
        rollout.loop().tenant(),
        rollout.loop().loop(),
        rollout.checkpointId(),
        rollout.adapterUri(),
        rollout.servedName(),
        rollout.fromGeneration(),
        deadline,
        now,
        now);
  }

  /** The rollouts that have not ended, oldest first. */
  public List<Rollout> underWay(LoopId loop) {
    return sql.query(
        SELECT
            + "where tenant = ? and loop = ? and state in ('loading', 'switched')"
            + " order by updated_at",
        RolloutRepository::read,
        loop.tenant(),
        loop.loop());
  }

  public Optional<Rollout> find(String decisionId) {
    return sql.first(SELECT + "where decision_id = ?", RolloutRepository::read, decisionId);
  }

  /**
   * Moves a rollout to another state if its state has not changed since it was read.
   *
   * @return false if another process has moved it
   */
  @Transactional
  boolean move(Rollout rollout, RolloutState to) {
    Instant deadline =
        switch (to) {
          case Loading loading -> loading.deadline();
          case Switched switched -> switched.deadline();
          case Applied _ -> clock.instant();
          case Failed _ -> clock.instant();
          case RolledBack _ -> clock.instant();
        };
    String reason =
        switch (to) {
          case Failed failed -> failed.reason();
          case RolledBack back -> back.reason();
          case Loading _ -> "";
          case Switched _ -> "";
          case Applied _ -> "";
        };
    return sql.update(
            "update rollout set state = ?, deadline = ?, reason = ?, updated_at = ?"
                + " where decision_id = ? and state = ?",
            name(to),
            deadline,
            reason,
            clock.instant(),
            rollout.decisionId(),
            name(rollout.state()))
        == 1;
  }

  @Transactional
  void note(Rollout rollout, String trouble) {
    sql.update(
        "update rollout set reason = ?, updated_at = ? where decision_id = ? and state = ?",
        trouble,
        clock.instant(),
        rollout.decisionId(),
        name(rollout.state()));
  }

  private static String name(RolloutState state) {
    return switch (state) {
      case Loading _ -> "loading";
      case Switched _ -> "switched";
      case Applied _ -> "applied";
      case Failed _ -> "failed";
      case RolledBack _ -> "rolled_back";
    };
  }

  private static Rollout read(ResultSet row) throws SQLException {
    Instant deadline = Sql.instant(row, "deadline");
    String reason = row.getString("reason");
    RolloutState state =
        switch (row.getString("state")) {
          case "loading" -> new Loading(deadline);
          case "switched" -> new Switched(deadline);
          case "applied" -> new Applied();
          case "failed" -> new Failed(reason);
          case "rolled_back" -> new RolledBack(reason);
          default -> throw new IllegalStateException(row.getString("state"));
        };
    return new Rollout(
        row.getString("decision_id"),
        new LoopId(row.getString("tenant"), row.getString("loop")),
        row.getString("checkpoint_id"),
        row.getString("adapter_uri"),
        row.getString("served_name"),
        row.getLong("from_generation"),
        state,
        Sql.instant(row, "updated_at"),
        reason);
  }
}
