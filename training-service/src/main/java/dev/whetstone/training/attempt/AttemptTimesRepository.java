package dev.whetstone.training.attempt;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.kit.sql.Sql;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How long attempts ran, from their rows. */
@ApplicationScoped
public class AttemptTimesRepository {
  /** Older attempts say little about today's base model and machine. */
  private static final Duration WINDOW = Duration.ofDays(30);

  private final Sql sql;

  public AttemptTimesRepository(Sql sql) {
    this.sql = sql;
  }

  /** Seconds that a loop's workers ran since an instant. */
  public double secondsSince(LoopId loop, Instant since, Instant now) {
    return sql.first(
            """
            select coalesce(sum(extract(epoch from
              coalesce(a.ended_at, ?) - greatest(a.started_at, ?))), 0)
            from attempt a join run r using (run_id)
            where r.tenant = ? and r.loop = ? and coalesce(a.ended_at, ?) > ?
              and a.state <> 'starting' and coalesce(a.outcome, '') <> 'refused'
            """,
            row -> row.getDouble(1),
            now,
            since,
            loop.tenant(),
            loop.loop(),
            now,
            since)
        .orElse(0.0);
  }

  /** How long the loop's workers need before their first step, and how long the run's ran. */
  public StartTimes startTimes(LoopId loop, String runId, Instant now) {
    return sql.first(
            """
            select extract(epoch from max(a.first_step_at - a.started_at)),
              extract(epoch from max(a.ended_at - a.started_at)
                filter (where a.run_id = ? and a.first_step_at is null))
            from attempt a join run r using (run_id)
            where r.tenant = ? and r.loop = ? and a.started_at > ?
            """,
            AttemptTimesRepository::startTimes,
            runId,
            loop.tenant(),
            loop.loop(),
            now.minus(WINDOW))
        .orElse(StartTimes.NONE);
  }

  private static StartTimes startTimes(ResultSet row) throws SQLException {
    return new StartTimes(
        Optional.ofNullable(duration(row, 1)),
        Optional.ofNullable(duration(row, 2)).orElse(Duration.ZERO));
  }

  private static @Nullable Duration duration(ResultSet row, int column) throws SQLException {
    double seconds = row.getDouble(column);
    return row.wasNull() ? null : Duration.ofMillis(Math.round(seconds * 1000));
  }
}
