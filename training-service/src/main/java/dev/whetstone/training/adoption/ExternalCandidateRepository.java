package dev.whetstone.training.adoption;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.kit.sql.Sql;
import dev.whetstone.training.batch.BatchStateRepository.Cause;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import jakarta.transaction.Transactional.TxType;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;

/**
 * Adapters that no run of training made: the batches that their decisions name, and the outcome.
 * After an outage the decision may arrive before {@code batch.sealed} of such a batch, so the
 * outcome is kept for it.
 */
@ApplicationScoped
@Transactional(TxType.MANDATORY)
public class ExternalCandidateRepository {
  private final Sql sql;

  public ExternalCandidateRepository(Sql sql) {
    this.sql = sql;
  }

  /** What a decision made of a candidate's batches. */
  public sealed interface Outcome {
    Cause cause();

    /** They are adopted. */
    record Adopted(Cause cause) implements Outcome {}

    /** They are set aside. */
    record SetAside(Cause cause, String reason) implements Outcome {}
  }

  /**
   * Makes the caller's transaction and others that call this for the loop follow one another: a
   * batch is sealed wholly before or wholly after a decision that names it.
   */
  public void lock(LoopId loop) {
    sql.query(
        "select pg_advisory_xact_lock(hashtextextended(?, 0))",
        row -> 1,
        "external-candidates/" + loop.key());
  }

  /** Records the batches that a decision names; a later decision replaces them. */
  public void record(LoopId loop, String checkpointId, List<String> batchIds) {
    sql.update(
        """
        insert into external_candidate (tenant, loop, checkpoint_id, batch_ids)
        values (?, ?, ?, ?) on conflict (tenant, loop, checkpoint_id)
        do update set batch_ids = excluded.batch_ids
        """,
        loop.tenant(),
        loop.loop(),
        checkpointId,
        batchIds);
  }

  /** Records the outcome of a candidate; does nothing for a candidate that a run made. */
  public void settle(LoopId loop, Outcome outcome) {
    String reason = outcome instanceof Outcome.SetAside aside ? aside.reason() : null;
    sql.update(
        """
        update external_candidate set outcome = ?, decision_id = ?, reason = ?
        where tenant = ? and loop = ? and checkpoint_id = ?
        """,
        outcome instanceof Outcome.Adopted ? "adopted" : "set_aside",
        outcome.cause().decisionId(),
        reason,
        loop.tenant(),
        loop.loop(),
        outcome.cause().checkpointId());
  }

  /** Empty for a candidate without a decision. */
  public List<String> batchIds(LoopId loop, String checkpointId) {
    return sql.query(
        """
        select unnest(batch_ids) from external_candidate
        where tenant = ? and loop = ? and checkpoint_id = ?
        """,
        row -> row.getString(1),
        loop.tenant(),
        loop.loop(),
        checkpointId);
  }

  /** Outcomes of candidates whose decisions name the batch. */
  public List<Outcome> outcomes(LoopId loop, String batchId) {
    return sql.query(
        """
        select checkpoint_id, outcome, decision_id, reason from external_candidate
        where tenant = ? and loop = ? and outcome is not null and ? = any(batch_ids)
        order by outcome desc, checkpoint_id
        """,
        ExternalCandidateRepository::read,
        loop.tenant(),
        loop.loop(),
        batchId);
  }

  private static Outcome read(ResultSet row) throws SQLException {
    Cause cause = new Cause(row.getString("checkpoint_id"), row.getString("decision_id"));
    return row.getString("outcome").equals("adopted")
        ? new Outcome.Adopted(cause)
        : new Outcome.SetAside(cause, row.getString("reason"));
  }
}
