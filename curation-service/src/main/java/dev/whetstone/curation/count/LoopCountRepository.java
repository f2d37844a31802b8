package dev.whetstone.curation.count;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.kit.sql.Sql;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The counters of a loop's rows. Triggers append what a statement changed to {@code
 * loop_count_delta}, in the statement's own transaction; {@link #fold} adds that to {@code
 * loop_count}. What is read here is exact, folded or not.
 */
@ApplicationScoped
public class LoopCountRepository {
  /** The longest tag that is counted apart; the trigger cuts at the same length. */
  private static final int LONGEST_TAG = 500;

  /** Deltas per transaction. */
  private static final int FOLD_AT_ONCE = 5_000;

  private static final String LOCK =
      "select pg_try_advisory_xact_lock(hashtextextended('curation-count-fold', 0))";

  /** Makes every loop due that has a delta, whatever the deltas add up to. */
  private static final String FOLD =
      """
      with taken as (
        delete from loop_count_delta where id in (select id from loop_count_delta order by id limit ?)
        returning tenant, loop, kind, state, reason, form, split, n),
      fold as (select nextval('loop_count_fold') as number),
      woken as (
        insert into loop_agenda (tenant, loop, due_at)
        select distinct tenant, loop, timestamptz '-infinity' from taken order by 1, 2
        on conflict (tenant, loop) do update set due_at = '-infinity', wakes = loop_agenda.wakes + 1),
      counted as (
        insert into loop_count (tenant, loop, kind, state, reason, form, split, n, changed)
        select tenant, loop, kind, state, reason, form, split, sum(n), (select number from fold)
        from taken group by 1, 2, 3, 4, 5, 6, 7 having sum(n) <> 0 order by 1, 2, 3, 4, 5, 6, 7
        on conflict (tenant, loop, kind, state, reason, form, split)
        do update set n = loop_count.n + excluded.n, changed = excluded.changed)
      select count(*) from taken
      """;

  private final Sql sql;

  public LoopCountRepository(Sql sql) {
    this.sql = sql;
  }

  /**
   * Folds some deltas and makes their loops due, in the caller's transaction. Only one instance
   * folds at a time.
   *
   * @return whether there may be more
   */
  public boolean fold() {
    boolean free = sql.query(LOCK, row -> row.getBoolean(1)).getFirst();
    return free && sql.query(FOLD, row -> row.getInt(1), FOLD_AT_ONCE).getFirst() == FOLD_AT_ONCE;
  }

  /** A loop's counters of one kind, in some states or in all when none is named. */
  public List<LoopCount> of(LoopId loop, CountKind kind, String... states) {
    return sql.query(
        """
        select tenant, loop, state, reason, form, split, sum(n) as n from loop_counted
        where tenant = ? and loop = ? and kind = ? and (cardinality(?::text[]) = 0 or state = any(?))
        group by 1, 2, 3, 4, 5, 6 having sum(n) <> 0
        """,
        LoopCountRepository::read,
        loop.tenant(),
        loop.loop(),
        kind.column(),
        Arrays.asList(states),
        Arrays.asList(states));
  }

  /** Those of the given tags that a waiting train example in one of these states carries. */
  public Set<String> presentTags(LoopId loop, Collection<String> tags, String... states) {
    if (tags.isEmpty()) {
      return Set.of();
    }
    Set<String> counted =
        new HashSet<>(
            sql.query(
                """
                select reason from loop_counted
                where tenant = ? and loop = ? and kind = 'tag' and state = any(?) and reason = any(?)
                group by 1 having sum(n) > 0
                """,
                row -> row.getString(1),
                loop.tenant(),
                loop.loop(),
                Arrays.asList(states),
                tags.stream().map(LoopCountRepository::cut).toList()));
    Set<String> present = new HashSet<>(tags);
    present.removeIf(tag -> !counted.contains(cut(tag)));
    return present;
  }

  /** A counter as the last fold left it. */
  public record Changed(CountKind kind, LoopCount count, long fold) {}

  /** Counters of events, examples and batches of all loops that a later fold changed. */
  public List<Changed> changedSince(long fold) {
    return sql.query(
        "select * from loop_count where changed > ? and kind <> 'tag'",
        row ->
            new Changed(
                CountKind.valueOf(row.getString("kind").toUpperCase(java.util.Locale.ROOT)),
                read(row),
                row.getLong("changed")),
        fold);
  }

  /** Declared loops that have events which arrived before their declaration; as last folded. */
  public List<LoopId> declaredWithParked() {
    return sql.query(
        """
        select c.tenant, c.loop from loop_count c
        where c.kind = 'event' and c.state = 'waiting' and c.reason = 'loop' and c.n > 0
          and exists (select 1 from declared_loop d where d.tenant = c.tenant and d.loop = c.loop)
        """,
        row -> new LoopId(row.getString("tenant"), row.getString("loop")));
  }

  private static LoopCount read(ResultSet row) throws SQLException {
    return new LoopCount(
        new LoopId(row.getString("tenant"), row.getString("loop")),
        row.getString("state"),
        row.getString("reason"),
        row.getString("form"),
        row.getString("split"),
        row.getLong("n"));
  }

  private static String cut(String tag) {
    return tag.substring(0, Math.min(tag.length(), LONGEST_TAG));
  }
}
