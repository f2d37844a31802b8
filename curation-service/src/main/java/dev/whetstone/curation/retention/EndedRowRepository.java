package dev.whetstone.curation.retention;

import dev.whetstone.kit.sql.Sql;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.List;

/**
 * Ends rows by their age alone. All calls run in the caller's transaction and return how many rows
 * they ended, at most {@code most}.
 */
@ApplicationScoped
class EndedRowRepository {
  private final Sql sql;

  EndedRowRepository(Sql sql) {
    this.sql = sql;
  }

  /** The text and features of examples that no cut can use any more. */
  int droppedText(Instant before, int most) {
    List<String> rows =
        sql.query(
            """
            select x.row_id from example x
            where x.state in ('rejected', 'withdrawn') and x.body is not null and x.formed_at < ?
              and not exists (select 1 from cut c where c.cut_id = x.cut_id and c.state = 'open')
            order by x.formed_at limit ? for update of x skip locked
            """,
            row -> row.getString(1),
            before,
            most);
    sql.update("delete from example_feature where row_id = any(?)", rows);
    sql.update("update example set body = null, version = version + 1 where row_id = any(?)", rows);
    return rows.size();
  }

  /** The bodies of dead letters and of other closed events. */
  int closedBodies(Instant before, int most) {
    return sql.update(
        """
        update event set body = null where event_key in (
          select event_key from event where phase = 'closed' and body is not null and received_at < ?
          order by received_at limit ? for update skip locked)
        """,
        before,
        most);
  }

  /** Receipts of events that are closed, with their fates. */
  int fates(Instant before, int most) {
    List<String> keys =
        sql.query(
            """
            select event_key from event where phase = 'closed' and received_at < ?
            order by received_at limit ? for update skip locked
            """,
            row -> row.getString(1),
            before,
            most);
    sql.update("delete from example_event where event_key = any(?)", keys);
    return sql.update("delete from event where event_key = any(?)", keys);
  }

  /** Rejected examples; those of sealed batches stay. */
  int rejectedExamples(Instant before, int most) {
    return sql.update(
        """
        delete from example where row_id in (
          select row_id from example where state = 'rejected' and formed_at < ?
          order by formed_at limit ? for update skip locked)
        """,
        before,
        most);
  }

  /** Tombstones. */
  int tombstones(Instant before, int most) {
    return sql.update(
        """
        delete from tombstone where ctid in (
          select ctid from tombstone where watermark < ? order by watermark limit ?
          for update skip locked)
        """,
        before,
        most);
  }

  /** Erasures that are done in every loop. */
  int erasures(Instant before, int most) {
    List<String[]> ended =
        sql.query(
            """
            select r.tenant, r.erasure_id from erasure_request r
            where r.requested_at < ? and not exists (select 1 from erasure e
              where e.tenant = r.tenant and e.erasure_id = r.erasure_id and e.state = 'open')
            order by r.requested_at limit ? for update of r skip locked
            """,
            row -> new String[] {row.getString(1), row.getString(2)},
            before,
            most);
    for (String[] one : ended) {
      sql.update("delete from erasure where tenant = ? and erasure_id = ?", one[0], one[1]);
      sql.update("delete from erasure_request where tenant = ? and erasure_id = ?", one[0], one[1]);
    }
    return ended.size();
  }

  /** Findings, which only the next cut reads. */
  int findings(Instant before, int most) {
    return sql.update(
        """
        delete from finding where finding_id in (
          select finding_id from finding where received_at < ? order by received_at limit ?
          for update skip locked)
        """,
        before,
        most);
  }

  /** Void cuts whose files are deleted; the next seal of their loop deletes those of the others. */
  int voidCuts(Instant before, int most) {
    return sql.update(
        """
        delete from cut where cut_id in (
          select cut_id from cut where state = 'void' and planned = '{}' and created_at < ?
          order by created_at limit ? for update skip locked)
        """,
        before,
        most);
  }

  /** The copy of {@code cut.json} in the rows of sealed cuts; the batch holds the file. */
  int sealedCuts(Instant before, int most) {
    return sql.update(
        """
        update cut set body = '' where cut_id in (
          select cut_id from cut where state = 'sealed' and body <> '' and created_at < ?
          order by created_at limit ? for update skip locked)
        """,
        before,
        most);
  }

  /** Counters that are zero. */
  int zeroCounters(int most) {
    return sql.update(
        """
        delete from loop_count where ctid in (
          select ctid from loop_count where n = 0 and changed < (select last_value from loop_count_fold) - ?
          limit ? for update skip locked)
        """,
        ZERO_FOR_FOLDS,
        most);
  }

  /** Readers of changed counters see a zero before it is deleted. */
  private static final int ZERO_FOR_FOLDS = 10_000;
}
