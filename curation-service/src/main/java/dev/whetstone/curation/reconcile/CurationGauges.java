package dev.whetstone.curation.reconcile;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.curation.erasure.ErasureConfig;
import dev.whetstone.curation.metrics.CurationMeter;
import dev.whetstone.kit.metrics.GaugeRow;
import dev.whetstone.kit.metrics.GaugeRows;
import dev.whetstone.kit.metrics.GaugeSource;
import dev.whetstone.kit.metrics.LoopStage;
import dev.whetstone.kit.metrics.MeterRegistrar;
import dev.whetstone.kit.sql.Sql;
import io.quarkus.runtime.Startup;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Gauges of what waits in curation and since when, by one statement. Loops with ready examples cost
 * it one look into an index each; the others cost nothing.
 */
@Startup
@ApplicationScoped
public class CurationGauges implements GaugeSource {
  private static final String MEASURE =
      """
      with stage as (
        select 'example' as name, c.tenant, c.loop, e.received_at as since
          from (select distinct tenant, loop from loop_count
            where kind = 'example' and state = 'ready' and n > 0) c
          cross join lateral (select received_at from example
            where tenant = c.tenant and loop = c.loop and state = 'ready'
            order by received_at limit 1) e
        union all
        select 'cut', tenant, loop, created_at from cut where state = 'open')
      select s.name as label, s.tenant, s.loop, 0 as number, extract(epoch from s.since) as since
        from stage s cross join lateral (select state from declared_loop d
          where d.tenant = s.tenant and d.loop = s.loop order by revision desc limit 1) d
        where d.state = 'ACTIVE'
      union all
      select 'erasures', null, null, count(*), extract(epoch from min(requested_at))
        from erasure where state = 'open'
      union all
      select 'overdue', null, null, 0, extract(epoch from min(deadline))
        from event where deadline is not null
      """;
  private final Sql sql;
  private final Clock clock;
  private final GaugeRows stages;
  private volatile double erasures = Double.NaN;
  private volatile double oldestErasure = Double.NaN;
  private volatile double overdue = Double.NaN;

  public CurationGauges(Sql sql, Clock clock, ErasureConfig erasure, MeterRegistrar meters) {
    this.sql = sql;
    this.clock = clock;
    stages = meters.stages(LoopStage.EXAMPLE, LoopStage.CUT);
    meters.gauge(CurationMeter.OLDEST_OVERDUE, () -> overdue);
    meters.gauge(CurationMeter.ERASURES_OPEN, () -> erasures);
    meters.gauge(CurationMeter.ERASURES_OLDEST_AGE, () -> oldestErasure);
    double deadline = erasure.deadline().toSeconds();
    meters.gauge(CurationMeter.ERASURES_DEADLINE, () -> deadline);
  }

  /**
   * A row of the statement.
   *
   * @param loop of a stage; absent for erasures and events
   * @param number of erasures
   * @param age of the oldest item, or time since the earliest deadline, in seconds; 0 when there is
   *     none, and for a deadline that is ahead
   */
  private record Measured(String label, @Nullable LoopId loop, long number, double age) {}

  @Override
  public void measure() {
    double now = clock.instant().toEpochMilli() / 1000.0;
    List<Measured> measured = sql.query(MEASURE, row -> read(row, now));
    stages.set(
        measured.stream()
            .flatMap(
                row ->
                    Optional.ofNullable(row.loop())
                        .map(loop -> GaugeRow.of(row.age(), row.label(), loop.key()))
                        .stream())
            .toList());
    Measured erasure = only(measured, "erasures");
    erasures = erasure.number();
    oldestErasure = erasure.age();
    overdue = only(measured, "overdue").age();
  }

  private static Measured only(List<Measured> measured, String label) {
    return measured.stream().filter(row -> row.label().equals(label)).findFirst().orElseThrow();
  }

  @Override
  public void unknown() {
    stages.unknown();
    erasures = Double.NaN;
    oldestErasure = Double.NaN;
    overdue = Double.NaN;
  }

  private static Measured read(ResultSet row, double now) throws SQLException {
    String tenant = row.getString("tenant");
    double since = row.getDouble("since");
    return new Measured(
        row.getString("label"),
        tenant == null ? null : new LoopId(tenant, row.getString("loop")),
        row.getLong("number"),
        since == 0 ? 0 : Math.max(0, now - since));
  }
}
