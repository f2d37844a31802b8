package dev.whetstone.curation.cut;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.curation.chain.AdmissionChain;
import dev.whetstone.curation.chain.StageJudgement;
import dev.whetstone.curation.fate.Fate;
import dev.whetstone.kit.sql.Sql;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Counts the results of admission, and the fates of all events of a cut. */
@ApplicationScoped
public class AdmissionCountReader {
  /** When the parent batch was cut, or before everything without a parent. */
  private static final String SINCE =
      "coalesce((select max(created_at) from cut where batch_id = ?), '-infinity')";

  private static final String EVENTS =
      "select count(*) from event where tenant = ? and loop = ? and kind <> 'erasure'"
          + " and phase <> 'parked' and received_at > "
          + SINCE;
  private static final String REFUSED =
      """
      select e.reason, count(*) as n from event e where e.tenant = ? and e.loop = ?
        and e.fate in ('rejected', 'dead_lettered') and e.reason is not null
        and not exists (select 1 from example_event l where l.event_key = e.event_key)
        and e.received_at >
      """
          + SINCE
          + " group by e.reason";
  private static final String FORMED =
      "select count(*) from example where tenant = ? and loop = ? and formed_at > " + SINCE;

  /** Rows with a cut were dropped by that cut, not by admission. */
  private static final String DROPPED =
      """
      select coalesce(stage, 'unknown') as stage, reason, count(*) as n from example
      where tenant = ? and loop = ? and state in ('rejected', 'quarantined') and reason is not null
        and cut_id is null and formed_at >
      """
          + SINCE
          + " group by 1, 2";

  /** Where the events of a cut begin: after those of the cut that made the parent batch. */
  private static final String FIRST_ARRIVAL =
      """
      select coalesce(
        (select max(last_arrival) from cut where batch_id = ?),
        (select max(arrival) from event where tenant = ? and loop = ? and received_at <=
          (select max(created_at) from cut where batch_id = ?)),
        0)
      """;

  /**
   * The fates that events will have once the cut is committed, as {@link
   * dev.whetstone.curation.example.EventFateUpdater} gives them, and those of the others. Events
   * that arrived earlier belong to the cut when it judges an example of theirs.
   */
  private static final String FATES =
      """
      with judged as (
        select * from unnest(?::text[], ?::text[], ?::text[]) as j(row_id, fate, reason)),
      best as (
        select distinct on (l.event_key) l.event_key, coalesce(j.fate, x.state) as fate,
          case when j.row_id is null then x.reason else j.reason end as reason
        from example_event l join example x using (row_id) left join judged j using (row_id)
        where l.event_key in (select event_key from judged join example_event using (row_id))
        order by l.event_key,
          case coalesce(j.fate, x.state) when 'used' then 0 when 'ready' then 2
            when 'quarantined' then 3 when 'rejected' then 4 when 'withdrawn' then 5 else 6 end,
          l.row_id)
      select
        case when b.event_key is null or e.phase <> 'open' then e.fate
          when e.kind = 'interaction' and b.fate not in ('used', 'ready', 'quarantined')
            then 'waiting'
          when b.fate = 'erased' then 'context'
          else b.fate end as fate,
        case when b.event_key is null or e.phase <> 'open' then e.reason
          when e.kind = 'interaction' and b.fate not in ('used', 'ready', 'quarantined')
            then 'feedback'
          when b.fate in ('quarantined', 'rejected') then b.reason end as reason,
        count(*) as n
      from event e left join best b using (event_key)
      where e.tenant = ? and e.loop = ? and e.kind <> 'erasure'
        and (e.arrival > ? or b.event_key is not null) and e.arrival <= ?
      group by 1, 2
      """;

  private final Sql sql;
  private final AdmissionChain chain;

  public AdmissionCountReader(Sql sql, AdmissionChain chain) {
    this.sql = sql;
    this.chain = chain;
  }

  AdmissionCounts since(LoopId loop, @Nullable String parentBatchId) {
    Map<String, Integer> refused = new TreeMap<>();
    sql.query(
            REFUSED,
            row -> Map.entry(row.getString("reason"), row.getInt("n")),
            loop.tenant(),
            loop.loop(),
            parentBatchId)
        .forEach(one -> refused.put(one.getKey(), one.getValue()));
    Map<String, Map<String, Integer>> dropped = new HashMap<>();
    sql.query(
            DROPPED,
            row ->
                Map.entry(
                    row.getString("stage"), Map.entry(row.getString("reason"), row.getInt("n"))),
            loop.tenant(),
            loop.loop(),
            parentBatchId)
        .forEach(
            one ->
                dropped
                    .computeIfAbsent(one.getKey(), _ -> new TreeMap<>())
                    .put(one.getValue().getKey(), one.getValue().getValue()));
    return AdmissionCounts.of(
        count(EVENTS, loop, parentBatchId),
        refused,
        count(FORMED, loop, parentBatchId),
        dropped,
        chain.stageNames());
  }

  /** The number of arrival of the loop's newest event. */
  long lastArrival(LoopId loop) {
    return sql.query(
            "select coalesce(max(arrival), 0) from event where tenant = ? and loop = ?",
            row -> row.getLong(1),
            loop.tenant(),
            loop.loop())
        .getFirst();
  }

  /**
   * How many events of a cut have each fate, in the transaction that commits the cut.
   *
   * @param verdicts what the cut does to each row that it judges
   * @param last number of arrival of the last event to be counted
   */
  Map<String, Integer> fates(
      LoopId loop, @Nullable String parentBatchId, List<RowVerdict> verdicts, long last) {
    long first =
        sql.query(
                FIRST_ARRIVAL,
                row -> row.getLong(1),
                parentBatchId,
                loop.tenant(),
                loop.loop(),
                parentBatchId)
            .getFirst();
    Map<String, Integer> fates = new TreeMap<>();
    sql.query(
            FATES,
            row ->
                Map.entry(label(row.getString("fate"), row.getString("reason")), row.getInt("n")),
            verdicts.stream().map(RowVerdict::rowId).toList(),
            verdicts.stream().map(RowVerdict::fate).toList(),
            verdicts.stream().map(RowVerdict::reason).toList(),
            loop.tenant(),
            loop.loop(),
            first,
            last)
        .forEach(one -> fates.merge(one.getKey(), one.getValue(), Integer::sum));
    return fates;
  }

  /**
   * What a cut does to one row.
   *
   * @param fate that the row gives its events
   * @param reason empty for a row that is kept
   */
  record RowVerdict(String rowId, String fate, String reason) {
    static List<RowVerdict> of(CutSelection selection) {
      List<RowVerdict> verdicts = new ArrayList<>();
      for (CutSelection.Kept kept : selection.kept()) {
        verdicts.add(new RowVerdict(kept.row().rowId(), Fate.USED.wireName(), ""));
      }
      for (CutSelection.Dropped dropped : selection.dropped()) {
        String rowId = dropped.row().rowId();
        verdicts.add(
            switch (dropped.judgement()) {
              case StageJudgement.Quarantine(String reason, _) ->
                  new RowVerdict(rowId, Fate.QUARANTINED.wireName(), reason);
              case StageJudgement.Reject(String reason, _) ->
                  new RowVerdict(rowId, Fate.REJECTED.wireName(), reason);
              case StageJudgement.Keep _, StageJudgement.Changed _ ->
                  throw new IllegalStateException("dropped with " + dropped.judgement());
            });
      }
      return verdicts;
    }
  }

  private static String label(String fate, @Nullable String reason) {
    return reason == null || reason.isEmpty() ? fate : fate + ": " + reason;
  }

  private int count(String query, LoopId loop, @Nullable String parentBatchId) {
    return sql.query(query, row -> row.getInt(1), loop.tenant(), loop.loop(), parentBatchId)
        .getFirst();
  }
}
