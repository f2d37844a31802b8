package dev.whetstone.eval.champion;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.eval.due.DueLoopRepository;
import dev.whetstone.eval.due.WorkKind;
import dev.whetstone.kit.event.EventFactory;
import dev.whetstone.kit.outbox.Outbox;
import dev.whetstone.kit.sql.Sql;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import jakarta.transaction.Transactional.TxType;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The rows of champions. A generation is written once and never changed; the loop's champion moves
 * by compare-and-set, one generation at a time (invariant I5).
 */
@ApplicationScoped
public class ChampionRepository {
  private static final String COLUMNS =
      "h.generation, h.checkpoint_id, h.adapter_uri, h.served_name, h.decision_id, h.set_at";
  private static final String INSERT =
      """
      insert into champion_history (tenant, loop, generation, checkpoint_id, adapter_uri,
        served_name, decision_id, set_at)
      values (?, ?, ?, ?, ?, ?, ?, ?)
      """;
  private static final String IN_SERVICE =
      """
      select h.tenant, h.loop, h.generation, h.checkpoint_id, h.adapter_uri, h.served_name,
        h.decision_id, h.set_at, k.tainted_at
      from champion c join champion_history h using (tenant, loop, generation)
        left join checkpoint k on k.tenant = h.tenant and k.loop = h.loop
          and k.checkpoint_id = h.checkpoint_id
      """;
  private final Sql sql;
  private final Outbox outbox;
  private final EventFactory events;
  private final DueLoopRepository due;
  private final Clock clock;

  public ChampionRepository(
      Sql sql, Outbox outbox, EventFactory events, DueLoopRepository due, Clock clock) {
    this.sql = sql;
    this.outbox = outbox;
    this.events = events;
    this.due = due;
    this.clock = clock;
  }

  /**
   * A loop's champion.
   *
   * @param taintedAt when it was first reported as trained on erased data; null if it was not
   */
  public record InService(Champion champion, @Nullable Instant taintedAt) {}

  /** Puts the base model in service as generation 0, unless the loop has a champion. */
  @Transactional(TxType.MANDATORY)
  public void begin(LoopId loop, String baseName) {
    int begun =
        sql.update(
            "insert into champion (tenant, loop, generation) values (?, ?, 0)"
                + " on conflict do nothing",
            loop.tenant(),
            loop.loop());
    if (begun == 1) {
      record(new Champion(loop, 0, null, null, baseName, null, clock.instant()));
    }
  }

  public Optional<Champion> current(LoopId loop) {
    return sql.first(
        "select "
            + COLUMNS
            + " from champion_history h join champion c"
            + " using (tenant, loop, generation) where tenant = ? and loop = ?",
        row -> read(loop, row),
        loop.tenant(),
        loop.loop());
  }

  public Optional<Champion> at(LoopId loop, long generation) {
    return sql.first(
        "select "
            + COLUMNS
            + " from champion_history h where tenant = ? and loop = ? and generation = ?",
        row -> read(loop, row),
        loop.tenant(),
        loop.loop(),
        generation);
  }

  /**
   * The champion to fall back to: the newest earlier one with another name that was not rolled back
   * and is not tainted.
   */
  public Optional<Champion> former(Champion champion) {
    LoopId loop = champion.loop();
    return sql.first(
        "select "
            + COLUMNS
            + " from champion_history h where tenant = ? and loop = ? and generation < ?"
            + " and served_name <> ? and not exists (select 1 from rollout r"
            + " where r.decision_id = h.decision_id and r.state = 'rolled_back')"
            + " and not exists (select 1 from checkpoint k where k.tenant = h.tenant"
            + " and k.loop = h.loop and k.checkpoint_id = h.checkpoint_id"
            + " and k.tainted is not null)"
            + " order by generation desc limit 1",
        row -> read(loop, row),
        loop.tenant(),
        loop.loop(),
        champion.generation(),
        champion.servedName());
  }

  /** The champions of all loops. */
  public List<InService> inService() {
    return sql.query(
        IN_SERVICE,
        row -> {
          LoopId loop = new LoopId(row.getString("tenant"), row.getString("loop"));
          return new InService(read(loop, row), Sql.instant(row, "tainted_at"));
        });
  }

  /**
   * The generation in service, locked until the caller's transaction ends.
   *
   * @return -1 for a loop without a champion
   */
  @Transactional(TxType.MANDATORY)
  public long lockedGeneration(LoopId loop) {
    return sql.first(
            "select generation from champion where tenant = ? and loop = ? for share",
            row -> row.getLong(1),
            loop.tenant(),
            loop.loop())
        .orElse(-1L);
  }

  /** Every generation, newest first. */
  public List<Champion> history(LoopId loop) {
    return sql.query(
        "select "
            + COLUMNS
            + " from champion_history h where tenant = ? and loop = ? order by generation desc",
        row -> read(loop, row),
        loop.tenant(),
        loop.loop());
  }

  /** The generations in which a checkpoint was in service, oldest first. */
  public List<Champion> of(LoopId loop, String checkpointId) {
    return sql.query(
        "select "
            + COLUMNS
            + " from champion_history h where tenant = ? and loop = ? and checkpoint_id = ?"
            + " order by generation",
        row -> read(loop, row),
        loop.tenant(),
        loop.loop(),
        checkpointId);
  }

  /**
   * Generations before one, newest first.
   *
   * @param before {@link Long#MAX_VALUE} for all
   */
  List<Champion> page(LoopId loop, long before, int limit) {
    return sql.query(
        "select "
            + COLUMNS
            + " from champion_history h where tenant = ? and loop = ? and generation < ?"
            + " order by generation desc limit ?",
        row -> read(loop, row),
        loop.tenant(),
        loop.loop(),
        before,
        limit);
  }

  /**
   * Puts {@code next} in service if its predecessor still is in service.
   *
   * @return false if another generation was set in the meantime; nothing is changed then
   */
  @Transactional(TxType.MANDATORY)
  public boolean replace(Champion next) {
    int moved =
        sql.update(
            "update champion set generation = generation + 1"
                + " where tenant = ? and loop = ? and generation = ?",
            next.loop().tenant(),
            next.loop().loop(),
            next.generation() - 1);
    if (moved == 0) {
      return false;
    }
    record(next);
    return true;
  }

  private void record(Champion champion) {
    LoopId loop = champion.loop();
    sql.update(
        INSERT,
        loop.tenant(),
        loop.loop(),
        champion.generation(),
        champion.checkpointId(),
        champion.adapterUri(),
        champion.servedName(),
        champion.decisionId(),
        champion.setAt());
    outbox.add(
        events.create(
            "champion-%s-%d".formatted(loop.loop(), champion.generation()),
            loop,
            "eval",
            champion.checkpointId(),
            loop.key(),
            champion.event()));
    due.wake(loop, WorkKind.EVALUATION, WorkKind.ROLLOUT);
  }

  private static Champion read(LoopId loop, ResultSet row) throws SQLException {
    return new Champion(
        loop,
        row.getLong("generation"),
        row.getString("checkpoint_id"),
        row.getString("adapter_uri"),
        row.getString("served_name"),
        row.getString("decision_id"),
        Sql.instant(row, "set_at"));
  }
}
