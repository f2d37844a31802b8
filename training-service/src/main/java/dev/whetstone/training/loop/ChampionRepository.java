package dev.whetstone.training.loop;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.event.ChampionSet;
import dev.whetstone.kit.sql.Sql;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The rows of champions: the newest one of each loop that an event named. */
@ApplicationScoped
public class ChampionRepository {
  private final Sql sql;

  public ChampionRepository(Sql sql) {
    this.sql = sql;
  }

  /** Generation 0 is the base model, with neither checkpoint nor adapter. */
  public record Champion(
      long generation, @Nullable String checkpointId, @Nullable String adapterUri) {}

  /** Stores a champion, unless a newer one is stored. */
  public void set(LoopId loop, ChampionSet champion) {
    sql.update(
        """
        insert into champion (tenant, loop, generation, checkpoint_id, adapter_uri)
        values (?, ?, ?, ?, ?)
        on conflict (tenant, loop) do update set generation = excluded.generation,
          checkpoint_id = excluded.checkpoint_id, adapter_uri = excluded.adapter_uri
        where champion.generation <= excluded.generation
        """,
        loop.tenant(),
        loop.loop(),
        champion.generation(),
        champion.checkpointId(),
        champion.adapterUri());
  }

  public Optional<Champion> of(LoopId loop) {
    return sql.first(
        "select generation, checkpoint_id, adapter_uri from champion where tenant = ? and loop = ?",
        row -> new Champion(row.getLong(1), row.getString(2), row.getString(3)),
        loop.tenant(),
        loop.loop());
  }
}
