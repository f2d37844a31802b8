package dev.whetstone.curation.cap;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.curation.cap.ResponseFeedbackCounts.ResponseTotal;
import dev.whetstone.kit.sql.Sql;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The rows that count feedback per response, source, kind and name. */
@ApplicationScoped
public class ResponseFeedbackRepository {
  private static final String READ =
      """
      select c.response_id, c.feedback_group, c.events from response_feedback c
        join unnest(?::text[], ?::text[]) as g(response_id, feedback_group)
          on c.response_id = g.response_id and c.feedback_group = g.feedback_group
      where c.tenant = ? and c.loop = ?
      """;
  private static final String ADD_TO_GROUP =
      """
      insert into response_feedback as c (tenant, loop, response_id, feedback_group, events)
      values (?, ?, ?, ?, ?)
      on conflict (tenant, loop, response_id, feedback_group)
        do update set events = c.events + excluded.events
      """;
  private static final String ADD_TO_RESPONSE =
      """
      update interaction set feedback_events = feedback_events + ?, feedback_bytes = feedback_bytes + ?
      where tenant = ? and loop = ? and response_id = ?
      """;

  private final Sql sql;

  public ResponseFeedbackRepository(Sql sql) {
    this.sql = sql;
  }

  /**
   * Reads the counts of these groups. The caller holds the responses' row locks.
   *
   * @param totals per response
   */
  public ResponseFeedbackCounts read(
      LoopId loop, Collection<FeedbackGroup> groups, Map<String, ResponseTotal> totals) {
    Map<List<String>, FeedbackGroup> byKey = new HashMap<>();
    groups.forEach(group -> byKey.put(List.of(group.responseId(), group.key()), group));
    Map<FeedbackGroup, Integer> counts = new HashMap<>();
    if (!byKey.isEmpty()) {
      Collection<FeedbackGroup> distinct = byKey.values();
      sql.query(
              READ,
              row -> Map.entry(List.of(row.getString(1), row.getString(2)), row.getInt(3)),
              distinct.stream().map(FeedbackGroup::responseId).toList(),
              distinct.stream().map(FeedbackGroup::key).toList(),
              loop.tenant(),
              loop.loop())
          .forEach(row -> counts.put(byKey.get(row.getKey()), row.getValue()));
    }
    return new ResponseFeedbackCounts(counts, totals);
  }

  /** Adds what the call counted. */
  public void add(LoopId loop, ResponseFeedbackCounts counts) {
    sql.updateAll(
        ADD_TO_GROUP,
        counts.addedToGroups().entrySet().stream()
            .map(
                added ->
                    new @Nullable Object[] {
                      loop.tenant(),
                      loop.loop(),
                      added.getKey().responseId(),
                      added.getKey().key(),
                      added.getValue()
                    })
            .toList());
    sql.updateAll(
        ADD_TO_RESPONSE,
        counts.addedToResponses().entrySet().stream()
            .map(
                added ->
                    new @Nullable Object[] {
                      added.getValue().events(),
                      added.getValue().bytes(),
                      loop.tenant(),
                      loop.loop(),
                      added.getKey()
                    })
            .toList());
  }
}
