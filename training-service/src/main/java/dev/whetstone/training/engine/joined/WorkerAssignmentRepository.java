package dev.whetstone.training.engine.joined;

import dev.whetstone.kit.sql.Sql;
import dev.whetstone.training.engine.ComputeEngine.Manner;
import dev.whetstone.training.engine.WorkerTask;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The rows of workers that were given to hosts. */
@ApplicationScoped
class WorkerAssignmentRepository {
  private static final int LONGEST_WORDS = 2_000;

  private final Sql sql;

  WorkerAssignmentRepository(Sql sql) {
    this.sql = sql;
  }

  /** Where a worker is in its life. */
  enum State {
    OFFERED,
    RUNNING,
    ENDED,
    LOST,
    EXPIRED
  }

  /** A row. */
  record Assignment(
      String attemptId,
      HostId host,
      State state,
      @Nullable Integer exitCode,
      @Nullable String lastWords,
      Instant offeredAt) {}

  /** Answers false when the attempt was given to a host before. */
  boolean offer(WorkerTask task, HostId host, String session, Instant now) {
    return sql.update(
            """
            insert into worker_assignment (attempt_id, tenant, host, session, task, fence, state, offered_at)
            values (?, ?, ?, ?, ?, ?, 'offered', ?) on conflict (attempt_id) do nothing
            """,
            task.attemptId(),
            host.tenant(),
            host.name(),
            session,
            task.command(),
            task.fence(),
            now)
        == 1;
  }

  Optional<Assignment> find(String attemptId) {
    return sql.first(
        "select * from worker_assignment where attempt_id = ?",
        WorkerAssignmentRepository::read,
        attemptId);
  }

  /** The host takes what it was offered. Answers false when the offer does not stand any more. */
  boolean take(String attemptId, HostId host, String session, Instant now) {
    return sql.update(
            """
            update worker_assignment set state = 'running', taken_at = ?
            where attempt_id = ? and tenant = ? and host = ? and session = ? and state = 'offered'
            """,
            now,
            attemptId,
            host.tenant(),
            host.name(),
            session)
        == 1;
  }

  /** The host did not take the offer: the attempt may be offered again. */
  boolean withdraw(String attemptId) {
    return sql.update(
            "delete from worker_assignment where attempt_id = ? and state = 'offered'", attemptId)
        == 1;
  }

  /** The service that made the offer ended before it was taken; it cannot be taken any more. */
  boolean expire(String attemptId, Instant now) {
    return sql.update(
            """
            update worker_assignment set state = 'expired', ended_at = ?
            where attempt_id = ? and state = 'offered'
            """,
            now,
            attemptId)
        == 1;
  }

  void end(HostId host, HostQuestion.EndedWorker ended, Instant now) {
    String words = ended.lastWords() == null ? "" : ended.lastWords();
    sql.update(
        """
        update worker_assignment set state = 'ended', exit_code = ?, last_words = ?, ended_at = ?
        where attempt_id = ? and tenant = ? and host = ? and state = 'running'
        """,
        ended.exitCode(),
        words.substring(Math.max(0, words.length() - LONGEST_WORDS)),
        now,
        ended.attempt(),
        host.tenant(),
        host.name());
  }

  /** Marks as lost the workers that the host should run and does not name. */
  void loseAllBut(HostId host, List<String> running, String reason, Instant now) {
    sql.update(
        """
        update worker_assignment set state = 'lost', last_words = ?, ended_at = ?
        where tenant = ? and host = ? and state = 'running' and not attempt_id = any(?)
        """,
        reason,
        now,
        host.tenant(),
        host.name(),
        running);
  }

  boolean lose(String attemptId, String reason, Instant now) {
    return sql.update(
            """
            update worker_assignment set state = 'lost', last_words = ?, ended_at = ?
            where attempt_id = ? and state = 'running'
            """,
            reason,
            now,
            attemptId)
        == 1;
  }

  /** A stop at once is never taken back. */
  void requestStop(String attemptId, Manner manner) {
    sql.update(
        """
        update worker_assignment set stop = case when stop = 'at-once' then stop else ? end
        where attempt_id = ? and state = 'running'
        """,
        text(manner),
        attemptId);
  }

  /** What the host has to end: stops that were asked for, and workers that it should not have. */
  List<HostAnswer.Stop> stops(HostId host, List<String> running) {
    return sql.query(
        """
        select attempt_id, stop from worker_assignment
        where tenant = ? and host = ? and state = 'running' and stop is not null
        union all
        select id, 'at-once' from unnest(?::text[]) as own (id)
        where not exists (select 1 from worker_assignment a
          where a.attempt_id = id and a.tenant = ? and a.host = ? and a.state = 'running')
        """,
        row -> new HostAnswer.Stop(row.getString(1), row.getString(2)),
        host.tenant(),
        host.name(),
        running,
        host.tenant(),
        host.name());
  }

  List<String> all() {
    return sql.query(
        "select attempt_id from worker_assignment order by attempt_id", row -> row.getString(1));
  }

  void delete(String attemptId) {
    sql.update("delete from worker_assignment where attempt_id = ?", attemptId);
  }

  private static String text(Manner manner) {
    return switch (manner) {
      case POLITELY -> "politely";
      case AT_ONCE -> "at-once";
    };
  }

  private static Assignment read(ResultSet row) throws SQLException {
    return new Assignment(
        row.getString("attempt_id"),
        new HostId(row.getString("tenant"), row.getString("host")),
        State.valueOf(row.getString("state").toUpperCase(Locale.ROOT)),
        row.getObject("exit_code", Integer.class),
        row.getString("last_words"),
        Objects.requireNonNull(Sql.instant(row, "offered_at")));
  }
}
