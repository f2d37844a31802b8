package dev.whetstone.eval.metrics;

import dev.whetstone.contracts.LoopId;
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
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Gauges from the rows of evaluations, decisions, rollouts and champions, by one statement. It
 * reads what is under way, and one row for each loop's champion.
 */
@Startup
@ApplicationScoped
public class EvalGauges implements GaugeSource {
  /** A held decision about a former generation can no longer be approved. */
  private static final String MEASURE =
      """
      with promotion as (
        select d.tenant, d.loop, d.decided_at, coalesce(r.state, 'requested') as state
          from decision d left join rollout r using (decision_id)
          where d.rollout_wanted and (r.state is null or r.state in ('loading', 'switched'))),
      stage as (
        select 'evaluation' as name, e.tenant, e.loop, min(case when e.look = 1
            then coalesce(c.received_at, e.started_at) else e.started_at end) as since
          from evaluation e left join checkpoint c using (tenant, loop, checkpoint_id)
          where e.state in ('waiting', 'asking') group by 2, 3
        union all
        select 'approval', d.tenant, d.loop, min(d.decided_at)
          from decision d join champion c on c.tenant = d.tenant and c.loop = d.loop
            and c.generation = d.champion_generation
          where d.verdict = 'HOLD' group by 2, 3
        union all
        select 'rollout', tenant, loop, min(decided_at) from promotion group by 2, 3)
      select 'stage' as meter, s.name as label, s.tenant, s.loop,
          extract(epoch from s.since) as value, 0 as generation
        from stage s cross join lateral (select state from declared_loop d
          where d.tenant = s.tenant and d.loop = s.loop order by revision desc limit 1) d
        where d.state = 'ACTIVE'
      union all
      select 'evaluations', state, null, null, count(*), 0 from evaluation
        where state in ('waiting', 'asking') group by 2
      union all
      select 'rollouts', state, null, null, count(*), 0 from promotion group by 2
      union all
      select 'champion', null, tenant, loop, extract(epoch from h.set_at), generation
        from champion join champion_history h using (tenant, loop, generation)
          cross join lateral (select state from declared_loop d
            where d.tenant = champion.tenant and d.loop = champion.loop
            order by revision desc limit 1) d
        where d.state <> 'DELETED'
      """;

  private final Sql sql;
  private final Clock clock;
  private final MeterRegistrar meters;
  private final GaugeRows stages;
  private final GaugeRows evaluations;
  private final GaugeRows rollouts;
  private final GaugeRows generations;
  private final GaugeRows championAges;

  public EvalGauges(Sql sql, Clock clock, MeterRegistrar meters) {
    this.sql = sql;
    this.clock = clock;
    this.meters = meters;
    stages = meters.stages(LoopStage.EVALUATION, LoopStage.APPROVAL, LoopStage.ROLLOUT);
    evaluations = meters.rows(EvalMeter.UNFINISHED_EVALUATIONS);
    rollouts = meters.rows(EvalMeter.UNFINISHED_ROLLOUTS);
    generations = meters.rows(EvalMeter.CHAMPION_GENERATION);
    championAges = meters.rows(EvalMeter.CHAMPION_AGE);
  }

  /**
   * A row of the statement.
   *
   * @param loop absent for what is measured over all loops
   * @param value a time as seconds of the epoch, or a number
   * @param generation of a champion
   */
  private record Measured(
      String meter, @Nullable String label, @Nullable LoopId loop, double value, long generation) {}

  @Override
  public void measure() {
    Instant now = clock.instant();
    List<Measured> measured = sql.query(MEASURE, EvalGauges::read);
    stages.set(
        rows(
            measured,
            "stage",
            row -> GaugeRow.of(age(now, row.value()), label(row), loop(row).key())));
    evaluations.set(rows(measured, "evaluations", row -> GaugeRow.of(row.value(), label(row))));
    rollouts.set(rows(measured, "rollouts", row -> GaugeRow.of(row.value(), label(row))));
    generations.set(rows(measured, "champion", row -> GaugeRow.of(row.generation(), loop(row))));
    championAges.set(
        rows(measured, "champion", row -> GaugeRow.of(age(now, row.value()), loop(row))));
    beginPromotions(measured);
  }

  /** At 0, so that the first promotion is an increase. */
  private void beginPromotions(List<Measured> measured) {
    measured.stream()
        .filter(row -> row.meter().equals("champion"))
        .map(row -> meters.counter(EvalMeter.PROMOTIONS, loop(row).key()))
        .forEach(counter -> counter.increment(0));
  }

  @Override
  public void unknown() {
    stages.unknown();
    evaluations.unknown();
    rollouts.unknown();
    generations.unknown();
    championAges.unknown();
  }

  private static double age(Instant now, double since) {
    return Math.max(0, now.toEpochMilli() / 1000.0 - since);
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
    return new Measured(
        row.getString("meter"),
        row.getString("label"),
        tenant == null ? null : new LoopId(tenant, row.getString("loop")),
        row.getDouble("value"),
        row.getLong("generation"));
  }
}
