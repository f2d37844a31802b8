package dev.whetstone.kit.outbox;

import dev.whetstone.kit.metrics.MetricNames;
import dev.whetstone.kit.sql.DatabaseException;
import dev.whetstone.kit.sql.Sql;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.arc.properties.IfBuildProperty;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;

/** Measures how long the oldest message has waited, so that one that Kafka refuses is noticed. */
@ApplicationScoped
@IfBuildProperty(name = "whetstone.database", stringValue = "true")
public class OutboxAge {
  private static final String OLDEST =
      """
      select coalesce(extract(epoch from clock_timestamp() - min(created_at)), 0) from outbox
      """;
  private final Sql sql;
  private volatile double seconds;

  public OutboxAge(Sql sql, MeterRegistry metrics) {
    this.sql = sql;
    Gauge.builder(MetricNames.OUTBOX_OLDEST_AGE, this, age -> age.seconds)
        .description("How long the oldest message has been waiting for its acknowledgement")
        .baseUnit("seconds")
        .strongReference(true)
        .register(metrics);
  }

  /** On a schedule: a request for metrics must be answered without the database, too. */
  @Scheduled(
      every = "${whetstone.outbox.measure-every:10s}",
      concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
  void measure() {
    try {
      seconds = sql.first(OLDEST, row -> row.getDouble(1)).orElse(0.0);
    } catch (DatabaseException e) {
      seconds = Double.NaN;
    }
  }
}
