package dev.whetstone.eval.evaluation;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.eval.due.DueLoopRepository;
import dev.whetstone.eval.due.WorkKind;
import dev.whetstone.eval.evaluation.EvaluationState.Asking;
import dev.whetstone.eval.evaluation.EvaluationState.Decided;
import dev.whetstone.eval.evaluation.EvaluationState.Superseded;
import dev.whetstone.eval.evaluation.EvaluationState.Waiting;
import dev.whetstone.kit.id.IdGenerator;
import dev.whetstone.kit.json.Json;
import dev.whetstone.kit.sql.Sql;
import dev.whetstone.kit.work.RetryBackoff;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The rows of evaluations. */
@ApplicationScoped
public class EvaluationRepository {
  private static final String SELECT =
      """
      select evaluation_id, tenant, loop, checkpoint_id, champion_generation, look, state, reason,
        frozen, failures, next_attempt_at, started_at, unwell_since, answers_seen,
        adapter_failures from evaluation
      """;
  private static final String INSERT =
      """
      insert into evaluation (evaluation_id, tenant, loop, checkpoint_id, champion_generation, look,
        state, reason, next_attempt_at, started_at, updated_at)
      values (?, ?, ?, ?, ?, ?, 'waiting', '', ?, ?, ?) on conflict do nothing
      """;
  private static final String MOVE =
      """
      update evaluation set state = ?, reason = ?, frozen = coalesce(?, frozen), failures = 0,
        unwell_since = null, answers_seen = 0, adapter_failures = 0, next_attempt_at = ?, updated_at = ?
      where evaluation_id = ? and state in ('waiting', 'asking')
      """;
  private final Sql sql;
  private final IdGenerator ids;
  private final DueLoopRepository due;
  private final Clock clock;

  public EvaluationRepository(Sql sql, IdGenerator ids, DueLoopRepository due, Clock clock) {
    this.sql = sql;
    this.ids = ids;
    this.due = due;
    this.clock = clock;
  }

  /** Begins a look unless it was begun before. */
  @Transactional
  public void begin(LoopId loop, String checkpointId, long generation, int look) {
    Instant now = clock.instant();
    sql.update(
        INSERT,
        ids.next("ev-"),
        loop.tenant(),
        loop.loop(),
        checkpointId,
        generation,
        look,
        now,
        now,
        now);
  }

  /**
   * Begins another evaluation of a checkpoint that was evaluated against an earlier champion.
   *
   * @return false if it is being evaluated, or was evaluated against this generation
   */
  @Transactional
  public boolean beginAgain(LoopId loop, String checkpointId, long generation) {
    boolean exists =
        of(loop, checkpointId).stream()
            .anyMatch(
                evaluation ->
                    evaluation.generation() >= generation
                        || evaluation.state() instanceof Waiting
                        || evaluation.state() instanceof Asking);
    if (!exists) {
      begin(loop, checkpointId, generation, 1);
      due.wake(loop, WorkKind.EVALUATION);
    }
    return !exists;
  }

  /** The evaluation under way; the oldest one if there are several. */
  public Optional<Evaluation> open(LoopId loop) {
    return sql.first(
        SELECT
            + "where tenant = ? and loop = ? and state in ('waiting', 'asking')"
            + " order by started_at, evaluation_id limit 1",
        EvaluationRepository::read,
        loop.tenant(),
        loop.loop());
  }

  public Optional<Evaluation> find(String evaluationId) {
    return sql.first(SELECT + "where evaluation_id = ?", EvaluationRepository::read, evaluationId);
  }

  /** The evaluations of a checkpoint, oldest first. */
  public List<Evaluation> of(LoopId loop, String checkpointId) {
    return sql.query(
        SELECT
            + "where tenant = ? and loop = ? and checkpoint_id = ?"
            + " order by started_at, evaluation_id",
        EvaluationRepository::read,
        loop.tenant(),
        loop.loop(),
        checkpointId);
  }

  /**
   * Moves an evaluation that is under way to another state.
   *
   * @return false if another process has ended it
   */
  @Transactional
  public boolean move(Evaluation evaluation, EvaluationState to) {
    FrozenInputs frozen =
        switch (to) {
          case Asking asking -> asking.frozen();
          case Decided decided -> decided.frozen();
          case Waiting _ -> null;
          case Superseded _ -> null;
        };
    Instant now = clock.instant();
    return sql.update(
            MOVE, to.wireName(), reason(to), frozenText(frozen), now, now, evaluation.id())
        == 1;
  }

  /** Records why an evaluation cannot continue, and when to try again. */
  @Transactional
  public void postpone(
      Evaluation evaluation, String trouble, RetryBackoff backoff, boolean failed) {
    Instant next = clock.instant().plus(backoff.pause(failed ? evaluation.failures() + 1 : 1));
    sql.update(
        "update evaluation set reason = ?, failures = ?, next_attempt_at = ?, updated_at = ?"
            + " where evaluation_id = ? and state in ('waiting', 'asking')",
        trouble,
        failed ? evaluation.failures() + 1 : 0,
        next,
        clock.instant(),
        evaluation.id());
  }

  /**
   * Records that the model server keeps an evaluation from advancing, and when to try again.
   *
   * @param since when this began
   * @param answers number of answers that it has
   * @param adapterFailures how often in a row the server failed on the candidate alone
   */
  @Transactional
  public void pause(
      Evaluation evaluation,
      String trouble,
      RetryBackoff backoff,
      Instant since,
      long answers,
      int adapterFailures) {
    int failures = answers > evaluation.answersSeen() ? 1 : evaluation.failures() + 1;
    sql.update(
        "update evaluation set reason = ?, failures = ?, next_attempt_at = ?, updated_at = ?,"
            + " unwell_since = ?, answers_seen = ?, adapter_failures = ?"
            + " where evaluation_id = ? and state = 'asking'",
        trouble,
        failures,
        clock.instant().plus(backoff.pause(failures)),
        clock.instant(),
        since,
        answers,
        adapterFailures,
        evaluation.id());
  }

  /**
   * Records what an evaluation waits for without a limit, and when to check again. The time limit
   * of its other waits starts again.
   */
  @Transactional
  public void restartPatience(Evaluation evaluation, String awaited, Duration pause) {
    Instant now = clock.instant();
    sql.update(
        "update evaluation set reason = ?, failures = 0, next_attempt_at = ?, started_at = ?,"
            + " updated_at = ? where evaluation_id = ? and state = 'waiting'",
        awaited,
        now.plus(pause),
        now,
        now,
        evaluation.id());
  }

  private static String reason(EvaluationState state) {
    return switch (state) {
      case Waiting waiting -> waiting.reason();
      case Superseded superseded -> superseded.reason();
      case Asking _ -> "";
      case Decided _ -> "";
    };
  }

  private static @Nullable String frozenText(@Nullable FrozenInputs frozen) {
    return frozen == null ? null : Json.text(frozen);
  }

  private static Evaluation read(ResultSet row) throws SQLException {
    String text = row.getString("frozen");
    FrozenInputs frozen = text == null ? null : Json.read(text, FrozenInputs.class);
    String reason = row.getString("reason");
    EvaluationState state =
        switch (row.getString("state")) {
          case "waiting" -> new Waiting(reason);
          case "asking" -> new Asking(frozen);
          case "decided" -> new Decided(frozen);
          case "superseded" -> new Superseded(reason);
          default -> throw new IllegalStateException(row.getString("state"));
        };
    return new Evaluation(
        row.getString("evaluation_id"),
        new LoopId(row.getString("tenant"), row.getString("loop")),
        row.getString("checkpoint_id"),
        row.getLong("champion_generation"),
        row.getInt("look"),
        state,
        reason,
        row.getInt("failures"),
        Sql.instant(row, "next_attempt_at"),
        Sql.instant(row, "started_at"),
        Sql.instant(row, "unwell_since"),
        row.getLong("answers_seen"),
        row.getInt("adapter_failures"));
  }
}
