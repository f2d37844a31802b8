package dev.whetstone.eval.decision;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.event.PromotionDecided;
import dev.whetstone.eval.decision.Decision.Adoption;
import dev.whetstone.eval.due.DueLoopRepository;
import dev.whetstone.eval.due.WorkKind;
import dev.whetstone.eval.paging.NewestFirstPage;
import dev.whetstone.eval.trace.PromotionTracer;
import dev.whetstone.kit.event.EventFactory;
import dev.whetstone.kit.json.Json;
import dev.whetstone.kit.outbox.Outbox;
import dev.whetstone.kit.sql.Sql;
import dev.whetstone.kit.trace.TraceContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import jakarta.transaction.Transactional.TxType;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The rows of decisions. Each is published in the transaction that writes it. */
@ApplicationScoped
public class DecisionRepository {
  private static final String SELECT =
      """
      select decision_id, ordinal, tenant, loop, evaluation_id, rollout_wanted, adoption,
        approved_by, body, facts, decided_at from decision
      """;
  private static final String INSERT =
      """
      insert into decision (decision_id, tenant, loop, evaluation_id, candidate,
        champion_generation, verdict, mode, rollout_wanted, adoption, body, facts, decided_at)
      values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """;
  private static final String SETTLE =
      """
      update decision set verdict = ?, body = ?, rollout_wanted = ?, adoption = ?, approved_by = ?
      where decision_id = ? and verdict = 'HOLD'
      """;
  private final Sql sql;
  private final Outbox outbox;
  private final EventFactory events;
  private final DueLoopRepository due;
  private final PromotionTracer traces;

  public DecisionRepository(
      Sql sql, Outbox outbox, EventFactory events, DueLoopRepository due, PromotionTracer traces) {
    this.sql = sql;
    this.outbox = outbox;
    this.events = events;
    this.due = due;
    this.traces = traces;
  }

  /**
   * Writes and publishes a decision.
   *
   * @throws dev.whetstone.kit.sql.DatabaseException if there is a decision about the candidate and
   *     this generation already (invariant I4)
   */
  @Transactional(TxType.MANDATORY)
  public void add(Decision decision) {
    PromotionDecided body = decision.body();
    sql.update(
        INSERT,
        decision.id(),
        decision.loop().tenant(),
        decision.loop().loop(),
        decision.evaluationId(),
        body.candidate(),
        body.championGeneration(),
        body.verdict().name(),
        body.mode().name(),
        decision.rolloutRequested(),
        wire(decision.adoption()),
        text(body),
        text(decision.facts()),
        decision.decidedAt());
    Optional<TraceContext> trace =
        traces.decided(
            new PromotionTracer.Decided(
                decision.loop(),
                decision.id(),
                decision.evaluationId(),
                body.candidate(),
                body.verdict().name(),
                decision.decidedAt()));
    publish(decision.loop(), decision.id(), body, trace);
  }

  /**
   * Writes and publishes a person's approval or refusal of a held decision.
   *
   * @return false if it was settled before
   */
  @Transactional(TxType.MANDATORY)
  public boolean settle(Decision settled) {
    PromotionDecided body = settled.body();
    int changed =
        sql.update(
            SETTLE,
            body.verdict().name(),
            text(body),
            settled.rolloutRequested(),
            wire(settled.adoption()),
            settled.approvedBy(),
            settled.id());
    if (changed == 0) {
      return false;
    }
    Optional<TraceContext> trace =
        traces.settled(settled.loop(), settled.id(), body.verdict().name(), settled.decidedAt());
    publish(settled.loop(), settled.id() + "-settled", body, trace);
    return true;
  }

  /** Revokes adoption after a rollout that failed or was rolled back. */
  @Transactional(TxType.MANDATORY)
  public void revokeAdoption(String decisionId, Adoption to) {
    sql.update(
        "update decision set adoption = ? where decision_id = ? and adoption = 'adopted'",
        wire(to),
        decisionId);
  }

  /**
   * Deletes the failed rollout of a promotion, so that it is started again.
   *
   * @return false if there is no failed rollout
   */
  @Transactional(TxType.MANDATORY)
  public boolean resetFailedRollout(String decisionId) {
    boolean failed =
        sql.update("delete from rollout where decision_id = ? and state = 'failed'", decisionId)
            == 1;
    if (failed) {
      sql.update("update decision set adoption = 'adopted' where decision_id = ?", decisionId);
      sql.first(
              "select tenant, loop from decision where decision_id = ?",
              row -> new LoopId(row.getString(1), row.getString(2)),
              decisionId)
          .ifPresent(loop -> due.wake(loop, WorkKind.EVALUATION, WorkKind.ROLLOUT));
    }
    return failed;
  }

  public Optional<Decision> find(String tenant, String decisionId) {
    return sql.first(
        SELECT + "where tenant = ? and decision_id = ?",
        DecisionRepository::read,
        tenant,
        decisionId);
  }

  /** Oldest first. */
  public List<Decision> all(LoopId loop) {
    return sql.query(
        SELECT + "where tenant = ? and loop = ? order by ordinal",
        DecisionRepository::read,
        loop.tenant(),
        loop.loop());
  }

  /** The decisions about a candidate, oldest first. */
  public List<Decision> about(LoopId loop, String candidate) {
    return sql.query(
        SELECT + "where tenant = ? and loop = ? and candidate = ? order by ordinal",
        DecisionRepository::read,
        loop.tenant(),
        loop.loop(),
        candidate);
  }

  /** A page, newest first; its key is the decision's id. */
  public List<Decision> page(LoopId loop, NewestFirstPage page) {
    return sql.query(
        SELECT
            + "where tenant = ? and loop = ? and (?::text is null"
            + " or ordinal < (select ordinal from decision b where b.decision_id = ?))"
            + " order by ordinal desc limit ?",
        DecisionRepository::read,
        loop.tenant(),
        loop.loop(),
        page.before(),
        page.before(),
        page.read());
  }

  public Optional<Decision> last(LoopId loop) {
    return sql.first(
        SELECT + "where tenant = ? and loop = ? order by ordinal desc limit 1",
        DecisionRepository::read,
        loop.tenant(),
        loop.loop());
  }

  /** Decisions whose rollout was requested and has not begun. */
  public List<Decision> awaitingRollout(LoopId loop) {
    return sql.query(
        SELECT
            + "where tenant = ? and loop = ? and rollout_wanted and not exists"
            + " (select 1 from rollout r where r.decision_id = decision.decision_id)"
            + " order by ordinal",
        DecisionRepository::read,
        loop.tenant(),
        loop.loop());
  }

  private void publish(
      LoopId loop, String eventId, PromotionDecided body, Optional<TraceContext> trace) {
    outbox.add(
        events
            .create(eventId, loop, "eval", body.candidate(), loop.key(), body)
            .tracedBy(trace.map(TraceContext::text).orElse(null)));
    due.wake(loop, WorkKind.EVALUATION, WorkKind.ROLLOUT);
  }

  private static Decision read(ResultSet row) throws SQLException {
    return new Decision(
        row.getString("decision_id"),
        row.getLong("ordinal"),
        new LoopId(row.getString("tenant"), row.getString("loop")),
        row.getString("evaluation_id"),
        json(row, "body", PromotionDecided.class),
        json(row, "facts", DecisionFacts.class),
        row.getBoolean("rollout_wanted"),
        Adoption.valueOf(row.getString("adoption").toUpperCase(Locale.ROOT)),
        row.getString("approved_by"),
        Sql.instant(row, "decided_at"));
  }

  private static <T> T json(ResultSet row, String column, Class<T> type) throws SQLException {
    return Json.read(row.getString(column), type);
  }

  private static String text(Object value) {
    return Json.text(value);
  }

  private static String wire(Adoption adoption) {
    return adoption.name().toLowerCase(Locale.ROOT);
  }
}
