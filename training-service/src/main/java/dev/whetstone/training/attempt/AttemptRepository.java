package dev.whetstone.training.attempt;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;

import dev.whetstone.contracts.run.RunSpec;
import dev.whetstone.contracts.run.StatusReport;
import dev.whetstone.kit.json.Json;
import dev.whetstone.kit.sql.Sql;
import dev.whetstone.training.checkpoint.RunObjectKeys;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The rows of attempts. */
@ApplicationScoped
public class AttemptRepository {
  private final Sql sql;

  public AttemptRepository(Sql sql) {
    this.sql = sql;
  }

  /**
   * An attempt as it is stored.
   *
   * @param tokenSha256 of the token with which its worker reports; absent before a launch
   * @param lease how long a report keeps it alive
   * @param error the error that its worker reported last
   * @param trainingAt when its worker had loaded everything; absent before
   * @param saved the newest resume point that its worker reported; absent without one
   */
  public record StoredAttempt(
      Attempt attempt,
      @Nullable String tokenSha256,
      Duration lease,
      StatusReport.@Nullable Failure error,
      @Nullable Instant trainingAt,
      @Nullable SavedPoint saved) {}

  /** A resume point that a worker reported. */
  public record SavedPoint(long step, Instant at) {}

  public void insert(Attempt.Starting attempt, Duration lease) {
    Attempt.Facts facts = attempt.facts();
    sql.update(
        """
        insert into attempt (attempt_id, run_id, fence, state, run_spec, lease_seconds, started_at)
        values (?, ?, ?, 'starting', ?::jsonb, ?, ?)
        """,
        facts.attemptId(),
        facts.runId(),
        facts.fence(),
        new String(Json.write(facts.runSpec()), StandardCharsets.UTF_8),
        lease.toMillis() / 1000.0,
        facts.startedAt());
  }

  public Optional<StoredAttempt> find(String attemptId) {
    return sql.first(
        "select * from attempt where attempt_id = ?", AttemptRepository::read, attemptId);
  }

  /** Locks an attempt for the caller's transaction; waits for other holders. */
  public Optional<StoredAttempt> lock(String attemptId) {
    return sql.first(
        "select * from attempt where attempt_id = ? for update",
        AttemptRepository::read,
        attemptId);
  }

  /** Locks the attempt with this fence. */
  public Optional<StoredAttempt> lock(String runId, long fence) {
    return sql.first(
        "select * from attempt where run_id = ? and fence = ? for update",
        AttemptRepository::read,
        runId,
        fence);
  }

  /**
   * Claims the launch of an attempt's worker, so that of several reconcilers one launches it with
   * the token it stored. Answers false when the launch was ever claimed and not put off since: the
   * token of a worker that may run is never replaced.
   *
   * @param tokenSha256 of the token that reports must carry from now on
   */
  public boolean claimLaunch(String attemptId, String tokenSha256, Instant now, Instant until) {
    return sql.update(
            """
            update attempt set token_sha256 = ?, lease_until = ?
            where attempt_id = ? and state = 'starting' and token_sha256 is null
              and (lease_until is null or lease_until <= ?)
            """,
            tokenSha256,
            until,
            attemptId,
            now)
        == 1;
  }

  /**
   * The engine has no room for the attempt's worker yet, and started none: the claim ends.
   *
   * @param until when the launch is tried again
   */
  public void deferLaunch(String attemptId, String reason, Instant until) {
    sql.update(
        """
        update attempt set detail = ?, lease_until = ?, token_sha256 = null where attempt_id = ? and state = 'starting'
        """,
        reason,
        until,
        attemptId);
  }

  /** Shows why the engine has not started the worker yet. */
  public void showWait(String attemptId, String reason) {
    sql.update(
        "update attempt set detail = ? where attempt_id = ? and state = 'starting' and detail is distinct from ?",
        reason,
        attemptId,
        reason);
  }

  /** Writes an attempt that the caller has locked. */
  public void save(Attempt attempt) {
    String id = attempt.facts().attemptId();
    switch (attempt) {
      case Attempt.Starting _ ->
          throw new IllegalStateException(id + " cannot go back to starting");
      case Attempt.Live live ->
          sql.update(
              """
              update attempt set state = 'live', phase = ?, step = ?, work = ?, lease_until = ?,
                progress_at = ?, started_at = ?, detail = null where attempt_id = ?
              """,
              live.phase() == null ? null : live.phase().name().toLowerCase(Locale.ROOT),
              live.step(),
              live.work(),
              live.leaseUntil(),
              live.progressAt(),
              live.facts().startedAt(),
              id);
      case Attempt.Ended ended ->
          sql.update(
              """
              update attempt set state = 'ended', outcome = ?, exit_code = ?, detail = ?,
                started_at = ?, ended_at = ?, lease_until = null where attempt_id = ?
              """,
              ended.outcome(),
              ended.exitCode(),
              ended.detail(),
              ended.facts().startedAt(),
              ended.endedAt(),
              id);
    }
  }

  /**
   * Keeps what a report says beyond phase and step: epoch, progress, refused rows, error, the
   * accelerator, the newest resume point, and when training and the first optimizer step began.
   */
  public void saveProgress(Attempt.Facts facts, StatusReport report, Instant now) {
    boolean madeStep = report.step() > RunObjectKeys.startStep(facts.runSpec());
    StatusReport.TrainerStatus trainer = report.trainerStatus();
    StatusReport.Failure error = report.error();
    StatusReport.ResumePoint saved = report.resumePoint();
    sql.update(
        """
        update attempt set epoch = ?, progress_percentage = coalesce(?, progress_percentage),
          error_code = coalesce(?, error_code), error_detail = coalesce(?, error_detail),
          refused_rows = coalesce(?, refused_rows),
          training_at = coalesce(training_at, ?), first_step_at = coalesce(first_step_at, ?),
          accelerator = coalesce(accelerator, ?::jsonb),
          resume_step = coalesce(?, resume_step), resume_saved_at = coalesce(?, resume_saved_at)
        where attempt_id = ?
        """,
        report.epoch(),
        trainer == null ? null : trainer.progressPercentage(),
        error == null ? null : error.code(),
        error == null ? null : error.detail(),
        report.refusedRows() == null ? null : Json.text(report.refusedRows()),
        report.phase() == StatusReport.Phase.LOADING ? null : now,
        madeStep ? now : null,
        report.accelerator() == null ? null : Json.text(report.accelerator()),
        saved == null ? null : saved.step(),
        saved == null ? null : now,
        facts.attemptId());
  }

  /** The accelerator that an attempt's worker reported. */
  public Optional<StatusReport.Accelerator> accelerator(String attemptId) {
    return sql.first(
        "select accelerator from attempt where attempt_id = ? and accelerator is not null",
        row ->
            Json.read(
                row.getString(1).getBytes(StandardCharsets.UTF_8), StatusReport.Accelerator.class),
        attemptId);
  }

  /** A run's newest attempts as the API shows them, at most 100, oldest first. */
  public List<AttemptView> views(String runId) {
    return views(List.of(runId)).getOrDefault(runId, List.of());
  }

  /** The same for several runs at once, by run. */
  public Map<String, List<AttemptView>> views(List<String> runIds) {
    return sql
        .query(
            """
            select a.* from unnest(?::text[]) as wanted (id) cross join lateral
              (select * from attempt where run_id = wanted.id order by fence desc limit 100) a
            order by a.run_id, a.fence
            """,
            row -> Map.entry(row.getString("run_id"), AttemptView.read(row)),
            runIds)
        .stream()
        .collect(groupingBy(Map.Entry::getKey, mapping(Map.Entry::getValue, toList())));
  }

  private static StoredAttempt read(ResultSet row) throws SQLException {
    String errorCode = row.getString("error_code");
    return new StoredAttempt(
        attempt(row),
        row.getString("token_sha256"),
        Duration.ofMillis(Math.round(row.getDouble("lease_seconds") * 1000)),
        errorCode == null
            ? null
            : new StatusReport.Failure(errorCode, row.getString("error_detail")),
        Sql.instant(row, "training_at"),
        savedPoint(row));
  }

  private static @Nullable SavedPoint savedPoint(ResultSet row) throws SQLException {
    Instant at = Sql.instant(row, "resume_saved_at");
    return at == null ? null : new SavedPoint(row.getLong("resume_step"), at);
  }

  private static Attempt attempt(ResultSet row) throws SQLException {
    Attempt.Facts facts =
        new Attempt.Facts(
            row.getString("attempt_id"),
            row.getString("run_id"),
            row.getLong("fence"),
            Json.read(row.getString("run_spec").getBytes(StandardCharsets.UTF_8), RunSpec.class),
            Objects.requireNonNull(Sql.instant(row, "started_at")));
    String phase = row.getString("phase");
    return switch (row.getString("state")) {
      case "starting" ->
          new Attempt.Starting(
              facts, Sql.instant(row, "lease_until"), row.getString("token_sha256") != null);
      case "live" ->
          new Attempt.Live(
              facts,
              phase == null ? null : StatusReport.Phase.valueOf(phase.toUpperCase(Locale.ROOT)),
              row.getLong("step"),
              row.getLong("work"),
              Sql.instant(row, "lease_until"),
              Sql.instant(row, "progress_at"));
      case "ended" ->
          new Attempt.Ended(
              facts,
              row.getString("outcome"),
              row.getObject("exit_code", Integer.class),
              Objects.requireNonNullElse(row.getString("detail"), ""),
              Sql.instant(row, "ended_at"));
      case String other -> throw new IllegalStateException("unknown attempt state '" + other + "'");
    };
  }
}
