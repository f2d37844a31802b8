package dev.whetstone.eval.due;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.kit.sql.Sql;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import jakarta.transaction.Transactional.TxType;
import java.time.Clock;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The rows that say when a loop is checked next, one per loop and kind of work. Whatever gives a
 * loop work wakes it in the same transaction; a loop without work has no due time and costs
 * nothing.
 */
@ApplicationScoped
public class DueLoopRepository {
  private static final String WAKE =
      """
      insert into loop_due (tenant, loop, kind, due_at, version) values (?, ?, ?, ?, 1)
      on conflict (tenant, loop, kind) do update
      set due_at = least(loop_due.due_at, excluded.due_at), version = loop_due.version + 1
      """;

  /**
   * Loops whose work runs elsewhere under a live lease are left out. Tenants take turns: a loop's
   * rank is the number of its tenant's loops that run or are due before it.
   */
  private static final String DUE =
      """
      with running as (
        select split_part(substr(name, length(?) + 2), '/', 1) as tenant, count(*) as loops
        from work_lease where starts_with(name, ? || ' ') and until > clock_timestamp() group by 1
      )
      select tenant, loop, version from (
        select d.tenant, d.loop, d.version, d.due_at, coalesce(r.loops, 0)
            + row_number() over (partition by d.tenant order by d.due_at, d.loop) as rank
        from loop_due d left join running r on r.tenant = d.tenant
        where d.kind = ? and d.due_at <= ? and not exists (
          select 1 from work_lease w
          where w.name = d.kind || ' ' || d.tenant || '/' || d.loop
            and w.until > clock_timestamp())) ranked
      where rank <= ? order by rank, due_at, tenant, loop limit ?
      """;

  private static final String SETTLE =
      """
      update loop_due set due_at = ? where tenant = ? and loop = ? and kind = ? and version = ?
      """;
  private final Sql sql;
  private final Clock clock;

  public DueLoopRepository(Sql sql, Clock clock) {
    this.sql = sql;
    this.clock = clock;
  }

  /** Makes a loop due now for the given kinds of work. */
  @Transactional(TxType.MANDATORY)
  public void wake(LoopId loop, WorkKind first, WorkKind... others) {
    // The order of the enum, so that two transactions never wait for each other.
    for (WorkKind kind : EnumSet.of(first, others)) {
      sql.update(WAKE, loop.tenant(), loop.loop(), kind.wireName(), clock.instant());
    }
  }

  /** Makes several loops due, always in the same order. */
  @Transactional(TxType.MANDATORY)
  public void wakeAll(Collection<LoopId> loops, WorkKind first, WorkKind... others) {
    Set.copyOf(loops).stream()
        .sorted(Comparator.comparing(LoopId::key))
        .forEach(loop -> wake(loop, first, others));
  }

  /**
   * The loops that are due for a kind of work and that no process works on.
   *
   * @param perTenant most loops of one tenant at once, those that run included
   */
  public List<DueLoop> due(WorkKind kind, int perTenant, int limit) {
    return sql.query(
        DUE,
        row -> new DueLoop(new LoopId(row.getString(1), row.getString(2)), kind, row.getLong(3)),
        kind.wireName(),
        kind.wireName(),
        kind.wireName(),
        clock.instant(),
        perTenant,
        limit);
  }

  /**
   * Sets when a loop is checked again after its work; empty for not before it is woken. Has no
   * effect if the loop was woken since it was read.
   */
  @Transactional
  public void settle(DueLoop due, Optional<Instant> next) {
    sql.update(
        SETTLE,
        next.orElse(null),
        due.loop().tenant(),
        due.loop().loop(),
        due.kind().wireName(),
        due.version());
  }

  /**
   * Makes every loop due, as a safeguard against a change that no wake-up followed, for example a
   * statement by hand.
   */
  @Transactional
  public void wakeEvery() {
    sql.update("update loop_due set due_at = ? where due_at is null", clock.instant());
  }
}
