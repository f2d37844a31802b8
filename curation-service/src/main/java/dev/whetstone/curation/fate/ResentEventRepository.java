package dev.whetstone.curation.fate;

import dev.whetstone.contracts.EventKey;
import dev.whetstone.contracts.LoopId;
import dev.whetstone.kit.inbox.ResentEvent;
import dev.whetstone.kit.sql.Sql;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The rows of events whose key arrived again. */
@ApplicationScoped
public class ResentEventRepository {
  /** Further bodies under one id are counted together. */
  private static final int MOST_BODIES = 20;

  private static final String OTHER_BODIES = "others";

  private static final String RECORD =
      """
      insert into resent_event (event_key, body_sha256, tenant, loop, conflict, times, first_at, last_at, last_offset)
      select e.event_key,
        case when (select count(*) from resent_event r where r.event_key = e.event_key and r.body_sha256 <> ?) < ?
          then ? else ? end,
        e.tenant, e.loop, ?, 1, ?, ?, ?
      from event e where e.event_key = ? and (? or e.received_at <> ?)
      on conflict (event_key, body_sha256) do update set times = resent_event.times + 1,
        last_at = excluded.last_at, last_offset = excluded.last_offset
      where resent_event.last_offset < excluded.last_offset
      """;

  private final Sql sql;

  public ResentEventRepository(Sql sql) {
    this.sql = sql;
  }

  /** Counts records; those that the broker only delivered again are not counted. */
  public void record(Collection<ResentEvent> events) {
    sql.updateAll(
        RECORD,
        events.stream()
            .sorted(
                Comparator.comparing((ResentEvent event) -> event.key().text())
                    .thenComparing(ResentEvent::offset))
            .map(ResentEventRepository::arguments)
            .toList());
  }

  /** What arrived again under each key; keys under which nothing did are absent. */
  public Map<EventKey, List<ResentBody>> find(Collection<EventKey> keys) {
    record Row(EventKey key, ResentBody resent) {}
    return sql
        .query(
            "select * from resent_event where event_key = any(?) order by event_key, first_at, body_sha256",
            row ->
                new Row(
                    EventKey.parse(row.getString("event_key")),
                    new ResentBody(
                        row.getString("body_sha256"),
                        row.getBoolean("conflict"),
                        row.getLong("times"),
                        Objects.requireNonNull(Sql.instant(row, "first_at")),
                        Objects.requireNonNull(Sql.instant(row, "last_at")))),
            keys)
        .stream()
        .collect(
            Collectors.groupingBy(Row::key, Collectors.mapping(Row::resent, Collectors.toList())));
  }

  /** The digests of the bodies that took effect, as the inbox holds them. */
  public Map<EventKey, String> standingBodies(Collection<EventKey> keys) {
    Map<EventKey, String> bodies = new HashMap<>();
    if (!keys.isEmpty()) {
      sql.query(
              "select event_key, body_sha256 from inbox where event_key = any(?)",
              row -> Map.entry(EventKey.parse(row.getString(1)), row.getString(2)),
              keys)
          .forEach(entry -> bodies.put(entry.getKey(), entry.getValue()));
    }
    return bodies;
  }

  /** How many records of a loop arrived under a known key. */
  public record Counts(long repeats, long conflicts) {}

  public Counts counts(LoopId loop) {
    return sql.query(
            """
            select coalesce(sum(times) filter (where not conflict), 0) as repeats,
              coalesce(sum(times) filter (where conflict), 0) as conflicts
            from resent_event where tenant = ? and loop = ?
            """,
            row -> new Counts(row.getLong("repeats"), row.getLong("conflicts")),
            loop.tenant(),
            loop.loop())
        .getFirst();
  }

  private static @Nullable Object[] arguments(ResentEvent event) {
    return new @Nullable Object[] {
      event.bodySha256(),
      MOST_BODIES,
      event.bodySha256(),
      OTHER_BODIES,
      event.conflict(),
      event.time(),
      event.time(),
      event.offset(),
      event.key().text(),
      event.conflict() || event.samePoll(),
      event.time()
    };
  }
}
