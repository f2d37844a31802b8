package dev.whetstone.eval.rollout;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.kit.sql.Sql;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.time.Clock;
import java.util.List;

/** The rows of replica observations, so that every instance can report what one of them checked. */
@ApplicationScoped
public class ReplicaObservationRepository {
  private static final String UPSERT =
      """
      insert into replica_observation (tenant, loop, url, generation, answering, trouble,
        former_trouble, observed_at)
      values (?, ?, ?, ?, ?, ?, ?, ?)
      on conflict (tenant, loop, url) do update set generation = excluded.generation,
        answering = excluded.answering, trouble = excluded.trouble,
        former_trouble = excluded.former_trouble, observed_at = excluded.observed_at
      """;
  private final Sql sql;
  private final Clock clock;

  public ReplicaObservationRepository(Sql sql, Clock clock) {
    this.sql = sql;
    this.clock = clock;
  }

  @Transactional
  void record(LoopId loop, ReplicaObservation observed) {
    sql.update(
        UPSERT,
        loop.tenant(),
        loop.loop(),
        observed.url(),
        observed.generation(),
        observed.answering(),
        observed.trouble(),
        observed.formerTrouble(),
        clock.instant());
  }

  /** The observations of a loop's replicas, also of those that it no longer declares. */
  public List<ReplicaObservation> of(LoopId loop) {
    return sql.query(
        "select url, generation, answering, trouble, former_trouble from replica_observation"
            + " where tenant = ? and loop = ? order by url",
        row ->
            new ReplicaObservation(
                row.getString(1),
                row.getLong(2),
                row.getBoolean(3),
                row.getString(4),
                row.getString(5)),
        loop.tenant(),
        loop.loop());
  }
}
