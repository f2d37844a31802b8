package dev.whetstone.training.batch;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.event.BatchAdopted;
import dev.whetstone.contracts.event.BatchSetAside;
import dev.whetstone.contracts.event.EventData.BatchEvent;
import dev.whetstone.kit.event.EventFactory;
import dev.whetstone.kit.outbox.Outbox;
import dev.whetstone.kit.sql.Sql;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import jakarta.transaction.Transactional.TxType;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Changes the states of batches. Training is their only owner: each change is published as {@code
 * batch.adopted} or {@code batch.set-aside} in the caller's transaction, and nothing is published
 * where no state changed.
 */
@ApplicationScoped
@Transactional(TxType.MANDATORY)
public class BatchStateRepository {
  private static final String SOURCE = "training";

  private final Sql sql;
  private final EventFactory events;
  private final Outbox outbox;

  public BatchStateRepository(Sql sql, EventFactory events, Outbox outbox) {
    this.sql = sql;
    this.events = events;
    this.outbox = outbox;
  }

  /**
   * The candidate that changes batches, and the decision about it.
   *
   * @param decisionId absent where it is not known
   */
  public record Cause(String checkpointId, @Nullable String decisionId) {}

  /** Pending batches of a promoted candidate become part of what every later run trains on. */
  public void adopt(LoopId loop, List<String> batchIds, Cause cause) {
    List<String> adopted =
        sql.query(
            """
            update batch set state = 'adopted', adopted_by = ?, reason = null
            where tenant = ? and loop = ? and batch_id = any(?) and state = 'pending'
            returning batch_id
            """,
            row -> row.getString(1),
            cause.checkpointId(),
            loop.tenant(),
            loop.loop(),
            batchIds);
    if (!adopted.isEmpty()) {
      publish(
          loop,
          cause.checkpointId(),
          new BatchAdopted(sorted(adopted), cause.checkpointId(), cause.decisionId()));
    }
  }

  /**
   * Sets aside the pending batches of a rejected candidate; adopted ones stay.
   *
   * @return the ids of those that changed
   */
  public List<String> setAside(LoopId loop, List<String> batchIds, Cause cause, String reason) {
    return publishSetAside(loop, setAsidePending(loop, batchIds, reason), cause, reason);
  }

  /**
   * Sets aside what a rolled-back candidate brought in: the batches that were adopted with it, and
   * its pending ones where it never was in service at every replica.
   *
   * @return the ids of those that changed
   */
  public List<String> rollBack(LoopId loop, List<String> batchIds, Cause cause, String reason) {
    List<String> changed = new ArrayList<>(setAsidePending(loop, batchIds, reason));
    changed.addAll(
        sql.query(
            """
            update batch set state = 'set_aside', reason = ?
            where tenant = ? and loop = ? and adopted_by = ? and state = 'adopted'
            returning batch_id
            """,
            row -> row.getString(1),
            reason,
            loop.tenant(),
            loop.loop(),
            cause.checkpointId()));
    return publishSetAside(loop, changed, cause, reason);
  }

  /**
   * Sets a batch aside on a person's request, adopted or not.
   *
   * @return whether its state changed
   */
  public boolean setAsideByHand(LoopId loop, String batchId, String reason) {
    List<String> changed =
        sql.query(
            """
            update batch set state = 'set_aside', reason = ?
            where tenant = ? and loop = ? and batch_id = ? and state in ('pending', 'adopted')
            returning batch_id
            """,
            row -> row.getString(1),
            reason,
            loop.tenant(),
            loop.loop(),
            batchId);
    return !publishSetAside(loop, changed, null, reason).isEmpty();
  }

  /**
   * Sets aside the pending batches of a run that could train on almost none of its rows.
   *
   * @return the ids of those that changed
   */
  public List<String> setAsideUntrainable(LoopId loop, List<String> batchIds, String reason) {
    return publishSetAside(loop, setAsidePending(loop, batchIds, reason), null, reason);
  }

  /**
   * A batch whose files do not verify is never read again (I6). The other services see it as set
   * aside: for them it means the same, that no later run trains on it.
   */
  public void withdraw(LoopId loop, String batchId, String reason) {
    List<String> inUse =
        sql.query(
            """
            update batch set state = 'withdrawn', reason = ?
            where tenant = ? and loop = ? and batch_id = ? and state in ('pending', 'adopted')
            returning batch_id
            """,
            row -> row.getString(1),
            reason,
            loop.tenant(),
            loop.loop(),
            batchId);
    sql.update(
        """
        update batch set state = 'withdrawn', reason = ?
        where tenant = ? and loop = ? and batch_id = ? and state = 'set_aside'
        """,
        reason,
        loop.tenant(),
        loop.loop(),
        batchId);
    publishSetAside(loop, inUse, null, reason);
  }

  private List<String> setAsidePending(LoopId loop, List<String> batchIds, String reason) {
    return sql.query(
        """
        update batch set state = 'set_aside', reason = ?
        where tenant = ? and loop = ? and batch_id = any(?) and state = 'pending'
        returning batch_id
        """,
        row -> row.getString(1),
        reason,
        loop.tenant(),
        loop.loop(),
        batchIds);
  }

  private List<String> publishSetAside(
      LoopId loop, List<String> changed, @Nullable Cause cause, String reason) {
    if (!changed.isEmpty()) {
      String checkpointId = cause == null ? null : cause.checkpointId();
      String decisionId = cause == null ? null : cause.decisionId();
      List<String> ids = sorted(changed);
      publish(
          loop,
          checkpointId == null ? ids.getFirst() : checkpointId,
          new BatchSetAside(ids, checkpointId, decisionId, reason));
    }
    return changed;
  }

  private static List<String> sorted(List<String> ids) {
    return ids.stream().sorted().toList();
  }

  private void publish(LoopId loop, String subject, BatchEvent data) {
    outbox.add(events.create(loop, SOURCE, subject, loop.key(), data));
  }
}
