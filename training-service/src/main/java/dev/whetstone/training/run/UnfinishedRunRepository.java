package dev.whetstone.training.run;

import dev.whetstone.kit.sql.Sql;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.List;

/** The unfinished runs, in one statement per pass of the reconciler. */
@ApplicationScoped
public class UnfinishedRunRepository {
  private final Sql sql;

  public UnfinishedRunRepository(Sql sql) {
    this.sql = sql;
  }

  /**
   * An unfinished run.
   *
   * @param due whether a look at it can change anything: not while it waits for a time, or for room
   *     on its engine
   */
  public record UnfinishedRun(String runId, boolean due) {}

  /** Oldest first. */
  public List<UnfinishedRun> all(Instant now) {
    return sql.query(
        """
        select r.run_id,
          r.supersede_reason is not null
          or (r.state = 'waiting' and (r.not_before is null or r.not_before <= ?))
          or (r.state = 'active' and not coalesce(
            a.state = 'starting' and a.token_sha256 is null and a.lease_until > ?, false)) as due
        from run r left join attempt a on a.run_id = r.run_id and a.fence = r.fence
        where r.state in ('waiting', 'active') order by r.created_at, r.run_id
        """,
        row -> new UnfinishedRun(row.getString(1), row.getBoolean(2)),
        now,
        now);
  }
}
