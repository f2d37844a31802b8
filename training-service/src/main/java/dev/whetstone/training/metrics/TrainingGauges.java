package dev.whetstone.training.metrics;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.kit.metrics.GaugeRow;
import dev.whetstone.kit.metrics.GaugeRows;
import dev.whetstone.kit.metrics.GaugeSource;
import dev.whetstone.kit.metrics.LoopStage;
import dev.whetstone.kit.metrics.MeterRegistrar;
import dev.whetstone.kit.sql.Sql;
import dev.whetstone.kit.time.LeaseClock;
import io.quarkus.runtime.Startup;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Gauges from the rows of runs, attempts, batches and checkpoints, by one statement that reads only
 * what is under way and what was used in the last 24 hours: loops without either cost nothing.
 */
@Startup
@ApplicationScoped
public class TrainingGauges implements GaugeSource {
  private static final Duration DAY = Duration.ofDays(1);

  /** Its arguments are the instant 24 hours ago, now, and the instant 24 hours ago twice. */
  private static final String MEASURE =
      """
      with stage as (
        select 'batch' as name, tenant, loop, min(sealed_at) as since from batch
          where state = 'pending' and trained_by is null group by 2, 3
        union all
        select 'run', tenant, loop, min(created_at) from run
          where state in ('waiting', 'active') group by 2, 3
        union all
        select 'queue', r.tenant, r.loop, min(a.started_at) from attempt a join run r using (run_id)
          where a.state = 'starting' group by 2, 3
        union all
        select 'candidate', tenant, loop, min(created_at) from checkpoint
          where state = 'undecided' group by 2, 3),
      worked as (
        select run_id, started_at, null as ended_at from attempt where state = 'live'
        union all
        select run_id, started_at, ended_at from attempt
          where state = 'ended' and ended_at > ? and coalesce(outcome, '') <> 'refused'),
      used as (
        select r.tenant, r.loop, 'gpu_seconds' as budget, 'maxGpuSecondsPerDay' as field,
            sum(extract(epoch from coalesce(w.ended_at, ?) - greatest(w.started_at, ?))) as amount
          from worked w join run r using (run_id) group by 1, 2
        union all
        select tenant, loop, 'runs', 'maxRunsPerDay', count(*) from run
          where created_at > ? group by 1, 2)
      select 'stage' as meter, s.name as label, s.tenant, s.loop,
          extract(epoch from s.since) as value, null::float as most
        from stage s cross join lateral (select state from declared_loop d
          where d.tenant = s.tenant and d.loop = s.loop order by revision desc limit 1) d
        where d.state = 'ACTIVE'
      union all
      select 'runs', case when r.state = 'waiting' then 'waiting' when a.state = 'starting'
          then 'queued' else 'running' end, null, null, count(*), null
        from run r left join attempt a on a.run_id = r.run_id and a.fence = r.fence
        where r.state in ('waiting', 'active') group by 2
      union all
      select 'progress', null, null, null, extract(epoch from min(progress_at)), null
        from attempt where state = 'live' having count(*) > 0
      union all
      select 'budget', u.budget, u.tenant, u.loop, u.amount,
          (d.spec -> 'spec' -> 'budgets' ->> u.field)::float
        from used u cross join lateral (select spec from declared_loop d
          where d.tenant = u.tenant and d.loop = u.loop order by revision desc limit 1) d
      """;

  private final Sql sql;
  private final LeaseClock clock;
  private final GaugeRows stages;
  private final GaugeRows runs;
  private final GaugeRows budgetUsed;
  private final GaugeRows budgetLimit;
  private volatile double progressAge;

  public TrainingGauges(Sql sql, LeaseClock clock, MeterRegistrar meters) {
    this.sql = sql;
    this.clock = clock;
    meters.begin(TrainingMeter.values());
    stages = meters.stages(LoopStage.BATCH, LoopStage.RUN, LoopStage.QUEUE, LoopStage.CANDIDATE);
    runs = meters.rows(TrainingMeter.UNFINISHED_RUNS);
    budgetUsed = meters.rows(TrainingMeter.BUDGET_USED);
    budgetLimit = meters.rows(TrainingMeter.BUDGET_LIMIT);
    meters.gauge(TrainingMeter.PROGRESS_OLDEST_AGE, () -> progressAge);
  }

  /**
   * A row of the statement.
   *
   * @param loop absent for what is measured over all loops
   * @param value a time as seconds of the epoch, or an amount
   * @param most the budget of which the value is used; absent for other meters, 0 for no limit
   */
  private record Measured(
      String meter,
      @Nullable String label,
      @Nullable LoopId loop,
      double value,
      @Nullable Double most) {}

  @Override
  public void measure() {
    Instant now = clock.now();
    Instant dayAgo = now.minus(DAY);
    List<Measured> measured = sql.query(MEASURE, TrainingGauges::read, dayAgo, now, dayAgo, dayAgo);
    stages.set(
        rows(
            measured,
            "stage",
            row -> GaugeRow.of(age(now, row.value()), label(row), loop(row).key())));
    runs.set(rows(measured, "runs", row -> GaugeRow.of(row.value(), label(row))));
    progressAge =
        measured.stream()
            .filter(row -> row.meter().equals("progress"))
            .mapToDouble(row -> age(now, row.value()))
            .max()
            .orElse(0);
    budgetUsed.set(
        rows(measured, "budget", row -> GaugeRow.of(row.value(), loop(row), label(row))));
    List<Measured> limited =
        measured.stream().filter(row -> row.most() != null && row.most() > 0).toList();
    budgetLimit.set(
        rows(
            limited,
            "budget",
            row -> GaugeRow.of(Objects.requireNonNull(row.most()), loop(row), label(row))));
  }

  private static double age(Instant now, double since) {
    return Math.max(0, now.toEpochMilli() / 1000.0 - since);
  }

  @Override
  public void unknown() {
    stages.unknown();
    runs.unknown();
    budgetUsed.unknown();
    budgetLimit.unknown();
    progressAge = Double.NaN;
  }

  private static List<GaugeRow> rows(
      List<Measured> measured, String meter, Function<Measured, GaugeRow> row) {
    return measured.stream().filter(one -> one.meter().equals(meter)).map(row).toList();
  }

  private static String label(Measured row) {
    return Objects.requireNonNull(row.label());
  }

  private static LoopId loop(Measured row) {
    return Objects.requireNonNull(row.loop());
  }

  private static Measured read(ResultSet row) throws SQLException {
    String tenant = row.getString("tenant");
    double most = row.getDouble("most");
    Double limit = row.wasNull() ? null : Double.valueOf(most);
    return new Measured(
        row.getString("meter"),
        row.getString("label"),
        tenant == null ? null : new LoopId(tenant, row.getString("loop")),
        row.getDouble("value"),
        limit);
  }
}
