package dev.whetstone.eval.retention;

import dev.whetstone.kit.sql.Sql;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.time.Instant;
import java.util.List;

/** Deletes expired rows. Each call is one transaction over at most one chunk of rows. */
@ApplicationScoped
public class ExpiredRowRepository {
  private static final String NO_OPEN_EVALUATION =
      """
       and not exists (select 1 from evaluation e where e.tenant = x.tenant and e.loop = x.loop
        and e.state in ('waiting', 'asking'))
      """;
  private static final String LAST_CHAMPIONS =
      """
      select 1 from champion_history h join champion c using (tenant, loop)
      where h.tenant = x.tenant and h.loop = x.loop and h.checkpoint_id = x.checkpoint_id
        and h.generation > c.generation - 10
      """;
  private final Sql sql;

  public ExpiredRowRepository(Sql sql) {
    this.sql = sql;
  }

  @Transactional
  int deleteAnswers(Instant before, int chunk) {
    return sql.update(
        "delete from answer where ctid = any(array(select x.ctid from answer x"
            + " where x.asked_at < ?"
            + NO_OPEN_EVALUATION
            + " limit ?))",
        before,
        chunk);
  }

  @Transactional
  int deleteLikelihoods(Instant before, int chunk) {
    return sql.update(
        "delete from likelihood where ctid = any(array(select x.ctid from likelihood x"
            + " where x.measured_at < ?"
            + NO_OPEN_EVALUATION
            + " limit ?))",
        before,
        chunk);
  }

  @Transactional
  int deleteProbes(Instant before, int chunk) {
    return sql.update(
        "delete from effect_probe where ctid = any(array(select x.ctid from effect_probe x"
            + " where x.recorded_at < ? and not exists ("
            + LAST_CHAMPIONS
            + ") limit ?))",
        before,
        chunk);
  }

  /** Observations of replicas that are no longer declared: those of earlier generations. */
  @Transactional
  int deleteObservations(Instant before, int chunk) {
    return sql.update(
        """
        delete from replica_observation where ctid = any(array(
          select x.ctid from replica_observation x join champion c using (tenant, loop)
          where x.observed_at < ? and x.generation < c.generation limit ?))
        """,
        before,
        chunk);
  }

  /** Removes figures and notes from the facts of old decisions. */
  @Transactional
  int trimFacts(Instant before, int chunk) {
    return sql.update(
        """
        update decision set facts_trimmed = true,
          facts = (facts::jsonb || '{"models": {}, "notes": []}')::text
        where ctid = any(array(select x.ctid from decision x
          where x.decided_at < ? and not x.facts_trimmed limit ?))
        """,
        before,
        chunk);
  }

  /** Deletes old revisions, except those that an evaluation under way has frozen. */
  @Transactional
  int deleteRevisions(int kept, int chunk) {
    return sql.update(
        """
        delete from declared_loop where ctid = any(array(
          select d.tid from (select ctid as tid, tenant, loop, spec_sha256,
              row_number() over (partition by tenant, loop order by revision desc) as position
            from declared_loop) d
          where d.position > ? and not exists (select 1 from evaluation e
            where e.tenant = d.tenant and e.loop = d.loop and e.state = 'asking'
              and e.frozen::jsonb ->> 'policySha256' = d.spec_sha256)
          limit ?))
        """,
        kept,
        chunk);
  }

  /** Deletes the origins of revisions that were deleted. */
  @Transactional
  int deleteSources(int chunk) {
    return sql.update(
        """
        delete from loop_source where ctid = any(array(select x.ctid from loop_source x
          where not exists (select 1 from declared_loop d where d.tenant = x.tenant
            and d.loop = x.loop and d.spec_sha256 = x.spec_sha256) limit ?))
        """,
        chunk);
  }

  /**
   * An object whose texts have expired.
   *
   * @param id of the row that names it
   * @param name URI of the evidence, or digest of the items
   */
  record ExpiredObject(String id, String name) {}

  /** Decisions whose evidence still has its texts, oldest first. */
  List<ExpiredObject> decisionsWithTexts(Instant before, String after, int chunk) {
    return sql.query(
        """
        select decision_id, coalesce(body::jsonb ->> 'evidenceUri', '') from decision
        where decided_at < ? and texts_deleted_at is null and decision_id > ?
        order by decision_id limit ?
        """,
        row -> new ExpiredObject(row.getString(1), row.getString(2)),
        before,
        after,
        chunk);
  }

  @Transactional
  void textsDeleted(String decisionId, Instant at) {
    sql.update("update decision set texts_deleted_at = ? where decision_id = ?", at, decisionId);
  }

  /** Ended evaluations whose items are still stored and that no evaluation under way shares. */
  List<ExpiredObject> evaluationsWithItems(Instant before, String after, int chunk) {
    return sql.query(
        """
        select evaluation_id, frozen::jsonb ->> 'itemsSha256' from evaluation x
        where updated_at < ? and items_deleted_at is null and frozen is not null
          and state in ('decided', 'superseded') and evaluation_id > ?
          and not exists (select 1 from evaluation e
            where e.state = 'asking' and e.tenant = x.tenant and e.loop = x.loop
              and e.frozen::jsonb ->> 'itemsSha256' = x.frozen::jsonb ->> 'itemsSha256')
        order by evaluation_id limit ?
        """,
        row -> new ExpiredObject(row.getString(1), row.getString(2)),
        before,
        after,
        chunk);
  }

  @Transactional
  void itemsDeleted(String evaluationId, Instant at) {
    sql.update(
        "update evaluation set items_deleted_at = ? where evaluation_id = ?", at, evaluationId);
  }
}
