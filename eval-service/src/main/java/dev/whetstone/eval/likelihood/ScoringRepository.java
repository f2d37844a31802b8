package dev.whetstone.eval.likelihood;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.event.EventData.ScoringEvent;
import dev.whetstone.kit.sql.Sql;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The rows of requested scoring jobs. A job that ended stays as it is. */
@ApplicationScoped
public class ScoringRepository {
  private final Sql sql;

  public ScoringRepository(Sql sql) {
    this.sql = sql;
  }

  Optional<RequestedScoring> find(String id) {
    return sql.first("select * from scoring where scoring_id = ?", ScoringRepository::read, id);
  }

  /**
   * Records a request, or why there is none, in the caller's transaction.
   *
   * @return false if the evaluation has one
   */
  boolean add(
      LoopId loop,
      String id,
      RequestedScoring.State state,
      String reason,
      Instant deadline,
      Instant now) {
    return sql.update(
            """
            insert into scoring (scoring_id, evaluation_id, tenant, loop, state, reason, deadline,
              requested_at)
            values (?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing
            """,
            id,
            id,
            loop.tenant(),
            loop.loop(),
            state.name().toLowerCase(Locale.ROOT),
            reason,
            deadline,
            now)
        == 1;
  }

  /** Records that scores can be read; without effect on a job that the evaluation gave up. */
  void complete(ScoringEvent.Completed completed) {
    String reason =
        completed.leftOut().stream()
            .findFirst()
            .map(one -> one.itemId() + ": " + one.reason())
            .orElse("");
    sql.update(
        """
        update scoring set state = 'completed', scores_uri = ?, scores_sha256 = ?, left_out = ?,
          reason = ?
        where scoring_id = ? and state = 'requested'
        """,
        completed.scoresUri(),
        completed.scoresSha256(),
        completed.counts().leftOut(),
        reason,
        completed.scoringId());
  }

  /** Records that there will be no scores. */
  @Transactional
  void fail(String id, String reason) {
    sql.update(
        "update scoring set state = 'failed', reason = ?"
            + " where scoring_id = ? and state in ('requested', 'completed')",
        reason,
        id);
  }

  /** Records in the caller's transaction that the scores are stored. */
  void stored(String id) {
    sql.update("update scoring set state = 'stored' where scoring_id = ?", id);
  }

  @Transactional
  void answersComplete(String id) {
    sql.update("update scoring set answers_complete = true where scoring_id = ?", id);
  }

  List<String> requestedBefore(Instant before, int most) {
    return sql.query(
        "select scoring_id from scoring where requested_at < ? order by requested_at limit ?",
        row -> row.getString(1),
        before,
        most);
  }

  @Transactional
  void delete(String id) {
    sql.update("delete from scoring where scoring_id = ?", id);
  }

  private static RequestedScoring read(ResultSet row) throws SQLException {
    return new RequestedScoring(
        row.getString("scoring_id"),
        new LoopId(row.getString("tenant"), row.getString("loop")),
        RequestedScoring.State.valueOf(row.getString("state").toUpperCase(Locale.ROOT)),
        row.getBoolean("answers_complete"),
        Sql.instant(row, "deadline"),
        row.getString("scores_uri"),
        row.getString("scores_sha256"),
        row.getInt("left_out"),
        row.getString("reason"));
  }
}
