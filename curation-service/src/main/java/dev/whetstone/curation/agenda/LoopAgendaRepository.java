package dev.whetstone.curation.agenda;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.kit.sql.Sql;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.List;

/**
 * The rows that say when the reconciler has to look at a loop again, so that a loop without news
 * costs nothing. Changed counters, declarations and requests make a loop due at once.
 */
@ApplicationScoped
public class LoopAgendaRepository {
  private final Sql sql;

  public LoopAgendaRepository(Sql sql) {
    this.sql = sql;
  }

  /**
   * A loop that is due.
   *
   * @param wakes how often it had been made due when it was read
   * @param ready number of its ready examples, as last folded
   */
  public record DueLoop(LoopId loop, long wakes, long ready) {}

  /** Loops that are due, the longest due first. */
  public List<DueLoop> due(Instant now, int limit) {
    return sql.query(
        """
        select a.tenant, a.loop, a.wakes, coalesce((
            select sum(c.n) from loop_count c where c.tenant = a.tenant and c.loop = a.loop
              and c.kind = 'example' and c.state = 'ready'), 0) as ready
        from loop_agenda a where a.due_at <= ? order by a.due_at, a.tenant, a.loop limit ?
        """,
        row ->
            new DueLoop(
                new LoopId(row.getString("tenant"), row.getString("loop")),
                row.getLong("wakes"),
                row.getLong("ready")),
        now,
        limit);
  }

  /** Makes a loop due at once, in the caller's transaction. */
  public void wake(LoopId loop) {
    sql.update(
        """
        insert into loop_agenda (tenant, loop, due_at) values (?, ?, '-infinity')
        on conflict (tenant, loop) do update set due_at = '-infinity', wakes = loop_agenda.wakes + 1
        """,
        loop.tenant(),
        loop.loop());
  }

  /**
   * Sets when to look at a loop again, unless it was made due since it was read.
   *
   * @param next {@link Instant#MAX} when only news can make it due
   */
  public void looked(DueLoop due, Instant next) {
    sql.update(
        """
        update loop_agenda set due_at = coalesce(?::timestamptz, 'infinity')
        where tenant = ? and loop = ? and wakes = ?
        """,
        next.equals(Instant.MAX) ? null : next,
        due.loop().tenant(),
        due.loop().loop(),
        due.wakes());
  }

  /** Differs whenever the loop's counters or its declaration changed. */
  public String fingerprint(LoopId loop) {
    return sql.query(
            """
            select (select wakes from loop_agenda where tenant = ? and loop = ?) || ' '
              || (select count(*) from loop_count_delta where tenant = ? and loop = ?) as state
            """,
            row -> String.valueOf(row.getString("state")),
            loop.tenant(),
            loop.loop(),
            loop.tenant(),
            loop.loop())
        .getFirst();
  }
}
