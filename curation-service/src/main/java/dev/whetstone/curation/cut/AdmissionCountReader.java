package dev.whetstone.curation.cut;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.curation.chain.AdmissionChain;
import dev.whetstone.kit.sql.Sql;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Counts the results of admission. */
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

  private int count(String query, LoopId loop, @Nullable String parentBatchId) {
    return sql.query(query, row -> row.getInt(1), loop.tenant(), loop.loop(), parentBatchId)
        .getFirst();
  }
}
