package dev.whetstone.training.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import dev.whetstone.contracts.run.StatusReport.StepMetrics;
import dev.whetstone.kit.json.Json;
import dev.whetstone.kit.sql.Sql;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;

/** The loss curves of runs: one row per optimizer step. */
@ApplicationScoped
public class StepMetricsRepository {
  private final Sql sql;

  public StepMetricsRepository(Sql sql) {
    this.sql = sql;
  }

  /**
   * Merges metrics into those of each step; a newer attempt's metrics of a step replace an older's.
   */
  public void add(String runId, long fence, List<StepMetrics> history) {
    sql.updateAll(
        """
        insert into run_metric (run_id, step, fence, metrics) values (?, ?, ?, ?::jsonb)
        on conflict (run_id, step) do update set fence = excluded.fence,
          metrics = case when run_metric.fence = excluded.fence
            then run_metric.metrics || excluded.metrics else excluded.metrics end
        where run_metric.fence <= excluded.fence
        """,
        history.stream()
            .map(point -> new Object[] {runId, point.step(), fence, Json.text(point.metrics())})
            .toList());
  }

  /** In order of steps. */
  public List<StepMetrics> of(String runId) {
    return sql.query(
        "select step, metrics from run_metric where run_id = ? order by step",
        row -> new StepMetrics(row.getLong(1), parse(row.getString(2))),
        runId);
  }

  /** At most {@code limit} steps behind {@code after}, in order. */
  public List<StepMetrics> page(String runId, long after, int limit) {
    return sql.query(
        """
        select step, metrics from run_metric where run_id = ? and step > ? order by step limit ?
        """,
        row -> new StepMetrics(row.getLong(1), parse(row.getString(2))),
        runId,
        after,
        limit);
  }

  private static Map<String, Double> parse(String json) {
    try {
      return Json.mapper().readValue(json, new TypeReference<>() {});
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException("metrics are not numbers by name: " + json, e);
    }
  }
}
