package dev.whetstone.eval.champion;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.eval.epoch.NumberFloorRepository;
import dev.whetstone.kit.event.EventFactory;
import dev.whetstone.kit.outbox.DatabaseEpoch;
import dev.whetstone.kit.outbox.Outbox;
import dev.whetstone.kit.sql.Sql;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import jakarta.transaction.Transactional.TxType;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

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
  private final Sql sql;
  private final Outbox outbox;
  private final EventFactory events;
  private final DatabaseEpoch epoch;
  private final NumberFloorRepository floors;
  private final Clock clock;

  public ChampionRepository(
      Sql sql,
      Outbox outbox,
      EventFactory events,
      DatabaseEpoch epoch,
      NumberFloorRepository floors,
      Clock clock) {
    this.sql = sql;
    this.outbox = outbox;
    this.events = events;
    this.epoch = epoch;
    this.floors = floors;
    this.clock = clock;
  }

  /**
   * Puts the base model in service unless the loop has a champion: as generation 0, or after those
   * that were published before the database was restored.
   */
  @Transactional(TxType.MANDATORY)
  public void begin(LoopId loop, String baseName) {
    long generation = floors.generation(loop) + 1;
    int begun =
        sql.update(
            "insert into champion (tenant, loop, generation) values (?, ?, ?)"
                + " on conflict do nothing",
            loop.tenant(),
            loop.loop(),
            generation);
    if (begun == 1) {
      record(new Champion(loop, generation, null, null, baseName, null, clock.instant()));
    }
  }

  /**
   * Publishes the champion again, after a restore; as a new generation if its own was published
   * before with what may be another champion.
   */
  @Transactional(TxType.MANDATORY)
  public void announce(LoopId loop) {
    Champion champion = current(loop).orElse(null);
    if (champion == null) {
      return;
    }
    long floor = floors.generation(loop);
    if (champion.generation() > floor) {
      publish(champion);
      return;
    }
    int moved =
        sql.update(
            "update champion set generation = ? where tenant = ? and loop = ? and generation = ?",
            floor + 1,
            loop.tenant(),
            loop.loop(),
            champion.generation());
    if (moved == 1) {
      record(
          new Champion(
              loop,
              floor + 1,
              champion.checkpointId(),
              champion.adapterUri(),
              champion.servedName(),
              champion.decisionId(),
              clock.instant()));
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
   * The champion to fall back to: the newest earlier one with another name that was not rolled
   * back.
   */
  public Optional<Champion> former(Champion champion) {
    LoopId loop = champion.loop();
    return sql.first(
        "select "
            + COLUMNS
            + " from champion_history h where tenant = ? and loop = ? and generation < ?"
            + " and served_name <> ? and not exists (select 1 from rollout r"
            + " where r.decision_id = h.decision_id and r.state = 'rolled_back')"
            + " order by generation desc limit 1",
        row -> read(loop, row),
        loop.tenant(),
        loop.loop(),
        champion.generation(),
        champion.servedName());
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
    publish(champion);
  }

  private void publish(Champion champion) {
    LoopId loop = champion.loop();
    outbox.add(
        events.create(
            epoch.eventId("champion-%s-%d".formatted(loop.loop(), champion.generation())),
            loop,
            "eval",
            champion.checkpointId(),
            loop.key(),
            champion.event()));
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
