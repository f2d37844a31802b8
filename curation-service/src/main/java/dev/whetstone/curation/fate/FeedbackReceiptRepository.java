package dev.whetstone.curation.fate;

import dev.whetstone.contracts.EventKey;
import dev.whetstone.contracts.LoopId;
import dev.whetstone.kit.sql.Sql;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Collection;
import java.util.List;

/** The rows of accepted events as joins read them: open feedback, and what aims at an event. */
@ApplicationScoped
public class FeedbackReceiptRepository {
  private static final String OPEN_FEEDBACK =
      """
      from event where tenant = ? and loop = ? and response_id = any(?) and phase = 'open'
        and kind not in ('interaction', 'retraction', 'erasure') order by event_key
      """;

  private final Sql sql;

  public FeedbackReceiptRepository(Sql sql) {
    this.sql = sql;
  }

  /**
   * Locks the open feedback on the given answers in a fixed order until the transaction ends, so
   * that it does not expire while examples are formed from it.
   */
  public void lockOpenFeedback(LoopId loop, Collection<String> responseIds) {
    sql.query(
        "select 1 " + OPEN_FEEDBACK + " for update",
        row -> 0,
        loop.tenant(),
        loop.loop(),
        responseIds);
  }

  /** Open feedback on the given answers in a fixed order. */
  public List<Receipt> openFeedback(LoopId loop, Collection<String> responseIds) {
    return sql.query(
        "select * " + OPEN_FEEDBACK,
        ReceiptRepository::read,
        loop.tenant(),
        loop.loop(),
        responseIds);
  }

  /**
   * Some open events that replace or retract one of the given ones, without bodies, in order. They
   * are limited before they are ordered: otherwise PostgreSQL may read all events in order.
   */
  public List<Receipt> aimingAt(Collection<EventKey> targets, int limit) {
    return sql.query(
        "select * from (select "
            + ReceiptRepository.HEAD
            + " from event where target = any(?) and phase = 'open' limit ?) aiming order by event_key",
        ReceiptRepository::read,
        targets,
        limit);
  }
}
