package dev.whetstone.curation.retention;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.kit.sql.Sql;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Ends interactions, feedback and conversations after the time that their loop keeps them. Fates
 * and the examples of sealed batches stay; they no longer change with later feedback on the same
 * answer. All calls run in the caller's transaction and return how many rows they ended.
 */
@ApplicationScoped
class EndedInteractionRepository {
  /** How long each loop keeps interactions and waits for feedback on them. */
  private static final String KEPT =
      """
      with kept as (
        select distinct on (tenant, loop) tenant, loop,
          (spec #>> '{spec,retention,interactions}')::interval as keep,
          (spec #>> '{spec,curation,joinWindow}')::interval as wait
        from declared_loop order by tenant, loop, revision desc)
      """;

  private static final String INTERACTIONS =
      KEPT
          + """
          select i.tenant, i.loop, i.response_id as place from kept k cross join lateral (
            select tenant, loop, response_id from interaction i
            where i.tenant = k.tenant and i.loop = k.loop and i.event_key is not null
              and i.received_at < ?::timestamptz - k.keep - k.wait
              and not exists (select 1 from example x where x.tenant = i.tenant and x.loop = i.loop
                and x.origin = 'response:' || i.response_id and x.state in ('ready', 'cut', 'quarantined'))
              and not exists (select 1 from event e where e.tenant = i.tenant and e.loop = i.loop
                and e.response_id = i.response_id and e.deadline is not null)
            order by i.received_at limit ? for update of i skip locked) as i
          limit ?
          """;

  private static final String FEEDBACK =
      KEPT
          + """
          select e.tenant, e.loop, e.event_key as place from kept k cross join lateral (
            select tenant, loop, event_key from event e
            where e.tenant = k.tenant and e.loop = k.loop and e.phase = 'open' and e.deadline is null
              and e.received_at < ?::timestamptz - k.keep - k.wait - k.wait
              and not exists (select 1 from interaction i where i.tenant = e.tenant and i.loop = e.loop
                and i.response_id = e.response_id and i.event_key is not null)
            order by e.received_at limit ? for update of e skip locked) as e
          limit ?
          """;

  private static final String UNKNOWN =
      """
      delete from interaction where (tenant, loop, response_id) in (
        select i.tenant, i.loop, i.response_id from interaction i
        where i.event_key is null and not exists (
          select 1 from event e where e.tenant = i.tenant and e.loop = i.loop
            and e.response_id = i.response_id and (e.deadline is not null or e.phase = 'open'))
        limit ? for update of i skip locked)
      """;

  private final Sql sql;

  EndedInteractionRepository(Sql sql) {
    this.sql = sql;
  }

  /** Deletes interactions; events about them are closed. */
  int interactions(Instant now, int most) {
    int ended = 0;
    for (var one : find(INTERACTIONS, now, most).entrySet()) {
      LoopId loop = one.getKey();
      List<String> responses = one.getValue();
      sql.update(
          """
          update event set phase = 'closed', body = null
          where tenant = ? and loop = ? and response_id = any(?) and phase = 'open'
          """,
          loop.tenant(),
          loop.loop(),
          responses);
      detach(loop, responses.stream().map(response -> "response:" + response).toList());
      ended +=
          sql.update(
              "delete from interaction where tenant = ? and loop = ? and response_id = any(?)",
              loop.tenant(),
              loop.loop(),
              responses);
    }
    return ended;
  }

  /** Closes feedback without an interaction. */
  int feedback(Instant now, int most) {
    int ended = 0;
    for (var one : find(FEEDBACK, now, most).entrySet()) {
      List<String> keys = one.getValue();
      ended +=
          sql.update(
              "update event set phase = 'closed', body = null where event_key = any(?)", keys);
      detach(one.getKey(), keys.stream().map(key -> "event:" + key).toList());
    }
    return ended;
  }

  /**
   * Deletes the rows of responses that were named and never recorded, once nothing waits for them.
   */
  int unknownResponses(int most) {
    return sql.update(UNKNOWN, most);
  }

  /** Examples of an origin that has ended are not formed again from what is left of it. */
  private void detach(LoopId loop, List<String> origins) {
    sql.update(
        """
        update example set origin = 'ended:' || origin, version = version + 1
        where tenant = ? and loop = ? and origin = any(?)
        """,
        loop.tenant(),
        loop.loop(),
        origins);
  }

  private Map<LoopId, List<String>> find(String query, Instant now, int most) {
    Map<LoopId, List<String>> found = new TreeMap<>(java.util.Comparator.comparing(LoopId::key));
    sql.query(
            query,
            row ->
                Map.entry(
                    new LoopId(row.getString("tenant"), row.getString("loop")),
                    row.getString("place")),
            now,
            most,
            most)
        .forEach(
            one -> found.computeIfAbsent(one.getKey(), _ -> new ArrayList<>()).add(one.getValue()));
    return found;
  }

  private record Conversation(LoopId loop, String key) {}

  /** What a look at a part of a table did. */
  record Looked(boolean more, int ended) {}

  /**
   * Deletes conversations of which no interaction, event or example is left. Each call looks at the
   * next rows of the table, and begins again after its end.
   *
   * @return whether there are more rows to look at, and how many were deleted
   */
  Looked conversations(int most) {
    List<Conversation> next =
        sql.query(
            """
            select c.tenant, c.loop, c.conversation_key from conversation c
            where (c.tenant, c.loop, c.conversation_key) > (
              coalesce((select tenant from retention_position where sweep = 'conversation'), ''),
              coalesce((select loop from retention_position where sweep = 'conversation'), ''),
              coalesce((select place from retention_position where sweep = 'conversation'), ''))
            order by c.tenant, c.loop, c.conversation_key limit ?
            """,
            row ->
                new Conversation(
                    new LoopId(row.getString("tenant"), row.getString("loop")),
                    row.getString("conversation_key")),
            most);
    Map<LoopId, List<String>> byLoop = new TreeMap<>(java.util.Comparator.comparing(LoopId::key));
    next.forEach(one -> byLoop.computeIfAbsent(one.loop(), _ -> new ArrayList<>()).add(one.key()));
    int ended = byLoop.entrySet().stream().mapToInt(of -> forget(of.getKey(), of.getValue())).sum();
    if (next.size() < most) {
      sql.update("delete from retention_position where sweep = 'conversation'");
    } else {
      Conversation last = next.getLast();
      sql.update(
          """
          insert into retention_position (sweep, tenant, loop, place) values ('conversation', ?, ?, ?)
          on conflict (sweep) do update set tenant = excluded.tenant, loop = excluded.loop,
            place = excluded.place
          """,
          last.loop().tenant(),
          last.loop().loop(),
          last.key());
    }
    return new Looked(next.size() == most, ended);
  }

  private int forget(LoopId loop, List<String> keys) {
    return sql.update(
        """
        delete from conversation c where c.tenant = ? and c.loop = ? and c.conversation_key = any(?)
          and not exists (select 1 from interaction i where i.tenant = c.tenant and i.loop = c.loop
            and i.conversation_key = c.conversation_key)
          and not exists (select 1 from event e where e.tenant = c.tenant and e.loop = c.loop
            and e.conversation_key = c.conversation_key)
          and not exists (select 1 from example x where x.tenant = c.tenant and x.loop = c.loop
            and x.conversation_key = c.conversation_key)
        """,
        loop.tenant(),
        loop.loop(),
        keys);
  }
}
