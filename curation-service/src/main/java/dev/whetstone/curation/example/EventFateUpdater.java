package dev.whetstone.curation.example;

import dev.whetstone.kit.sql.Sql;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Collection;
import java.util.List;

/** Updates events' fates from the examples formed from them. */
@ApplicationScoped
public class EventFateUpdater {
  /** An interaction whose examples are all gone waits for feedback again. */
  private static final String AWAITS_FEEDBACK =
      "e.kind = 'interaction' and coalesce(b.state, 'none') not in ('used', 'ready',"
          + " 'quarantined')";

  /** The fate that each of the given open events should have. */
  private static final String RIGHT_FATES =
      """
      with best as (
        select distinct on (k.event_key) k.event_key,
          case x.state when 'cut' then 'ready' when 'erased' then 'context' else x.state end as state,
          x.stage, x.reason, x.detail, x.deadline
        from unnest(?::text[]) as k(event_key)
          left join example_event l on l.event_key = k.event_key
          left join example x on x.row_id = l.row_id
        order by k.event_key,
          case x.state when 'used' then 0 when 'cut' then 1 when 'ready' then 2 when 'quarantined' then 3
            when 'rejected' then 4 when 'withdrawn' then 5 else 6 end,
          x.row_id),
      right_fate as (
        select e.event_key,
          case
            when %1$s then 'waiting'
            when b.state is null then 'context'
            else b.state end as fate,
          case
            when %1$s then 'feedback'
            when b.state in ('rejected', 'quarantined') then coalesce(b.reason, 'unknown') end as reason,
          case
            when %1$s then 'waits for feedback'
            when b.state in ('rejected', 'quarantined') then b.stage || ': ' || b.detail end as detail,
          case
            when %1$s then e.join_deadline
            when b.state in ('ready', 'quarantined') then b.deadline end as deadline
        from best b join event e on e.event_key = b.event_key and e.phase = 'open')
      """
          .formatted(AWAITS_FEEDBACK);

  private static final String DIFFERS =
      """
      e.event_key = r.event_key and e.phase = 'open'
        and (e.fate, e.reason, e.detail, e.deadline)
          is distinct from (r.fate, r.reason, r.detail, r.deadline)
      """;

  private static final String STALE =
      RIGHT_FATES
          + "select e.event_key from event e join right_fate r on "
          + DIFFERS
          + " order by e.event_key";

  private static final String FOLLOW =
      RIGHT_FATES
          + """
          update event e set fate = r.fate, reason = r.reason, detail = r.detail, deadline = r.deadline
          from right_fate r where
          """
          + DIFFERS;

  private final Sql sql;

  public EventFateUpdater(Sql sql) {
    this.sql = sql;
  }

  /**
   * Gives each event the fate of the best of its examples. An interaction without examples waits
   * for feedback again until its join deadline.
   */
  public void follow(Collection<String> eventKeys) {
    if (eventKeys.isEmpty()) {
      return;
    }
    // A separate statement, so that the next one sees what the previous lock holder wrote.
    sql.query(
        "select 1 from event where event_key = any(?) order by event_key for update",
        row -> 0,
        eventKeys);
    sql.update(FOLLOW, eventKeys);
  }

  /**
   * The same where the caller holds the row locks of all examples of these events, so that none of
   * their fates can change meanwhile: an event that has its fate already is neither locked nor
   * written.
   */
  public void followLockedExamples(Collection<String> eventKeys) {
    if (!eventKeys.isEmpty()) {
      follow(sql.query(STALE, row -> row.getString(1), eventKeys));
    }
  }

  /** Events that these examples were formed from. */
  public List<String> of(Collection<String> rowIds) {
    return sql.query(
        "select distinct event_key from example_event where row_id = any(?) order by 1",
        row -> row.getString(1),
        rowIds);
  }
}
