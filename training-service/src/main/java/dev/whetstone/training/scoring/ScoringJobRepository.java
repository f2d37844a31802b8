package dev.whetstone.training.scoring;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.event.EventData.ScoringEvent;
import dev.whetstone.contracts.run.StatusReport;
import dev.whetstone.kit.json.Json;
import dev.whetstone.kit.sql.Sql;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The rows of scoring jobs. */
@ApplicationScoped
public class ScoringJobRepository {
  private final Sql sql;

  public ScoringJobRepository(Sql sql) {
    this.sql = sql;
  }

  /**
   * A job as it is stored.
   *
   * @param version of the row
   * @param tokenSha256 of the token with which its worker reports
   * @param error the error that its worker reported last
   * @param progressPercentage that its worker reported last
   */
  public record StoredJob(
      ScoringJob job,
      long version,
      @Nullable String tokenSha256,
      StatusReport.@Nullable Failure error,
      int progressPercentage) {}

  /** Stores a requested job. The same request again changes nothing. */
  public void add(LoopId loop, ScoringEvent.Requested request, Instant now) {
    sql.update(
        """
        insert into scoring_job (job_id, tenant, loop, request, state, due_at, requested_at)
        values (?, ?, ?, ?::jsonb, 'waiting', ?, ?) on conflict do nothing
        """,
        request.scoringId(),
        loop.tenant(),
        loop.loop(),
        Json.text(request),
        now,
        now);
  }

  public Optional<StoredJob> find(String jobId) {
    return sql.first(
        "select * from scoring_job where job_id = ?", ScoringJobRepository::read, jobId);
  }

  /** Unfinished jobs to look at now, those that have waited longest first. */
  public List<String> due(Instant now, int most) {
    return sql.query(
        """
        select job_id from scoring_job where ended_at is null and due_at <= ?
        order by due_at, requested_at, job_id limit ?
        """,
        row -> row.getString(1),
        now,
        most);
  }

  /** A loop's unfinished jobs, oldest first. */
  public List<StoredJob> unfinished(LoopId loop) {
    return sql.query(
        """
        select * from scoring_job where tenant = ? and loop = ? and ended_at is null
        order by requested_at, job_id
        """,
        ScoringJobRepository::read,
        loop.tenant(),
        loop.loop());
  }

  /**
   * Writes a move in the caller's transaction.
   *
   * @param tokenSha256 of a new worker's token; absent keeps the stored one
   * @return false if the job was moved since it was read; nothing is written then
   */
  public boolean move(StoredJob seen, ScoringJob next, @Nullable String tokenSha256, Instant now) {
    ScoringJob.Facts facts = next.facts();
    return switch (next) {
      case ScoringJob.Unfinished job ->
          sql.update(
                  """
                  update scoring_job set state = ?, version = version + 1, fence = ?, failures = ?,
                    due_at = ?, token_sha256 = coalesce(?, token_sha256), reason = ?,
                    error_code = null, error_detail = null, progress_percentage = 0
                  where job_id = ? and version = ?
                  """,
                  name(next),
                  job.fence(),
                  job.failures(),
                  dueAt(job, now),
                  tokenSha256,
                  job instanceof ScoringJob.Waiting waiting ? waiting.reason() : "",
                  facts.jobId(),
                  seen.version())
              == 1;
      case ScoringJob.Completed _ -> end(seen, next, null, "", now);
      case ScoringJob.Failed failed -> end(seen, next, failed.code(), failed.reason(), now);
    };
  }

  private boolean end(
      StoredJob seen, ScoringJob next, @Nullable String code, String reason, Instant now) {
    return sql.update(
            """
            update scoring_job set state = ?, version = version + 1, code = ?, reason = ?,
              ended_at = ?, token_sha256 = null
            where job_id = ? and version = ?
            """,
            name(next),
            code,
            reason,
            now,
            next.facts().jobId(),
            seen.version())
        == 1;
  }

  /** Keeps what a worker reports. */
  public void saveReport(String jobId, StatusReport report) {
    StatusReport.TrainerStatus trainer = report.trainerStatus();
    StatusReport.Failure error = report.error();
    sql.update(
        """
        update scoring_job set progress_percentage = coalesce(?, progress_percentage),
          error_code = coalesce(?, error_code), error_detail = coalesce(?, error_detail)
        where job_id = ?
        """,
        trainer == null ? null : trainer.progressPercentage(),
        error == null ? null : error.code(),
        error == null ? null : error.detail(),
        jobId);
  }

  /** Locks a job for the caller's transaction. */
  public Optional<StoredJob> lock(String jobId) {
    return sql.first(
        "select * from scoring_job where job_id = ? for update", ScoringJobRepository::read, jobId);
  }

  /** Jobs that ended before an instant. */
  public List<String> endedBefore(Instant before, int most) {
    return sql.query(
        "select job_id from scoring_job where ended_at < ? order by ended_at limit ?",
        row -> row.getString(1),
        before,
        most);
  }

  public void delete(String jobId) {
    sql.update("delete from scoring_job where job_id = ? and ended_at is not null", jobId);
  }

  private static Instant dueAt(ScoringJob.Unfinished job, Instant now) {
    return job instanceof ScoringJob.Waiting waiting ? earlier(waiting) : now;
  }

  /** A job that waits is looked at when its deadline passes, too. */
  private static Instant earlier(ScoringJob.Waiting waiting) {
    Instant deadline = waiting.facts().request().deadline();
    return waiting.dueAt().isBefore(deadline) ? waiting.dueAt() : deadline;
  }

  private static String name(ScoringJob job) {
    return switch (job) {
      case ScoringJob.Waiting _ -> "waiting";
      case ScoringJob.Launching _ -> "launching";
      case ScoringJob.Running _ -> "running";
      case ScoringJob.Completed _ -> "completed";
      case ScoringJob.Failed _ -> "failed";
    };
  }

  private static StoredJob read(ResultSet row) throws SQLException {
    String errorCode = row.getString("error_code");
    return new StoredJob(
        job(row),
        row.getLong("version"),
        row.getString("token_sha256"),
        errorCode == null
            ? null
            : new StatusReport.Failure(errorCode, String.valueOf(row.getString("error_detail"))),
        row.getInt("progress_percentage"));
  }

  private static ScoringJob job(ResultSet row) throws SQLException {
    ScoringJob.Facts facts =
        new ScoringJob.Facts(
            new LoopId(row.getString("tenant"), row.getString("loop")),
            Json.read(row.getString("request"), ScoringEvent.Requested.class),
            Sql.instant(row, "requested_at"));
    long fence = row.getLong("fence");
    int failures = row.getInt("failures");
    String reason = row.getString("reason");
    Instant dueAt = Sql.instant(row, "due_at");
    return switch (row.getString("state")) {
      case "waiting" -> new ScoringJob.Waiting(facts, fence, failures, dueAt, reason);
      case "launching" ->
          new ScoringJob.Launching(facts, fence, failures, dueAt.plus(ScoringStepper.CLAIM));
      case "running" -> new ScoringJob.Running(facts, fence, failures);
      case "completed" -> new ScoringJob.Completed(facts);
      case "failed" -> new ScoringJob.Failed(facts, row.getString("code"), reason);
      default -> throw new IllegalStateException(row.getString("state"));
    };
  }
}
