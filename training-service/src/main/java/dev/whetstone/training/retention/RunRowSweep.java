package dev.whetstone.training.retention;

import dev.whetstone.kit.sql.Sql;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.List;

/** Deletes rows of ended runs, in short transactions of a bounded number of rows. */
@ApplicationScoped
public class RunRowSweep {
  /** Rows per transaction. */
  static final int CHUNK = 5_000;

  private static final int RUNS = 100;

  private static final String DELETE_METRICS =
      """
      delete from run_metric where run_id = ? and step in
        (select step from run_metric where run_id = ? order by step limit %d)
      """
          .formatted(CHUNK);

  private static final String DELETE_ATTEMPTS =
      """
      delete from attempt where attempt_id in
        (select a.attempt_id from attempt a join run r using (run_id)
         where a.state = 'ended' and a.ended_at < ? and r.ended_at < ?
         order by a.ended_at limit %d)
      """
          .formatted(CHUNK);

  private final Sql sql;

  public RunRowSweep(Sql sql) {
    this.sql = sql;
  }

  /** Answers how many runs lost their metrics. */
  int sweepMetrics(Instant before, Instant now) {
    List<String> runs =
        sql.query(
            """
            select run_id from run where ended_at < ? and metrics_swept_at is null
            order by ended_at limit ?
            """,
            row -> row.getString(1),
            before,
            RUNS);
    for (String run : runs) {
      int deleted;
      do {
        deleted = sql.updateInNewTransaction(DELETE_METRICS, run, run);
      } while (deleted == CHUNK);
      sql.updateInNewTransaction("update run set metrics_swept_at = ? where run_id = ?", now, run);
    }
    return runs.size();
  }

  /** Answers how many attempts were deleted. */
  int sweepAttempts(Instant before) {
    return sql.updateInNewTransaction(DELETE_ATTEMPTS, before, before);
  }

  /** Answers how many remembered micro-batches were deleted. */
  int sweepMicroBatches(Instant before) {
    return sql.updateInNewTransaction("delete from micro_batch where fitted_at < ?", before);
  }

  /** Answers how many joined hosts were deleted. */
  int sweepWorkerHosts(Instant before) {
    return sql.updateInNewTransaction("delete from worker_host where seen_at < ?", before);
  }

  /**
   * Which of these attempts ended before an instant: attempts of runs by their own end, or by their
   * run's where their row has been deleted; those of scoring jobs by their job's, which may have
   * been deleted, too.
   */
  List<String> ended(List<String> attemptIds, Instant before) {
    return sql.query(
        """
        select attempt_id from attempt
        where attempt_id = any(?) and state = 'ended' and ended_at < ?
        union all
        select kept.id from unnest(?::text[]) as kept(id)
        join run r on r.run_id = substring(kept.id from '^(.+)-[0-9]+$') and r.ended_at < ?
        where not exists (select 1 from attempt a where a.attempt_id = kept.id)
        union all
        select id from unnest(?::text[]) as kept(id)
        where id ~ '^scoring[.].+[.][0-9]+$' and not exists (
          select 1 from scoring_job j
          where j.job_id = substring(id from '^scoring[.](.+)[.][0-9]+$')
            and (j.ended_at is null or j.ended_at >= ?))
        """,
        row -> row.getString(1),
        attemptIds,
        before,
        attemptIds,
        before,
        attemptIds,
        before);
  }
}
