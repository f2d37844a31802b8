package dev.whetstone.kit.metrics;

import com.fasterxml.jackson.databind.JsonNode;
import dev.whetstone.kit.json.Json;
import dev.whetstone.kit.sql.Sql;
import io.quarkus.arc.properties.IfBuildProperty;
import io.quarkus.runtime.Startup;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/**
 * Measures what waits in the outbox and in the spool of events, and for how long: a message that
 * Kafka refuses, and a tenant that sends more than can take effect, are noticed by it.
 */
@Startup
@ApplicationScoped
@IfBuildProperty(name = "whetstone.database", stringValue = "true")
public class QueueGauges implements GaugeSource {
  private static final String MEASURE =
      """
      select (select count(*) from outbox) as messages,
        (select extract(epoch from clock_timestamp() - min(created_at)) from outbox) as message_age,
        (select count(*) from event_spool) as events,
        (select origin from event_spool order by id limit 1) as oldest_event
      """;
  private static final Measured UNKNOWN =
      new Measured(Double.NaN, Double.NaN, Double.NaN, Double.NaN);
  private final Sql sql;
  private final Clock clock;
  private volatile Measured last = UNKNOWN;

  public QueueGauges(Sql sql, Clock clock, MeterRegistrar meters) {
    this.sql = sql;
    this.clock = clock;
    meters.begin(KitMeter.values());
    meters.gauge(KitMeter.OUTBOX_WAITING, () -> last.messages());
    meters.gauge(KitMeter.OUTBOX_OLDEST_AGE, () -> last.messageAge());
    meters.gauge(KitMeter.SPOOL_WAITING, () -> last.events());
    meters.gauge(KitMeter.SPOOL_OLDEST_AGE, () -> last.eventAge());
  }

  private record Measured(double messages, double messageAge, double events, double eventAge) {}

  @Override
  public void measure() {
    last = sql.first(MEASURE, this::read).orElse(UNKNOWN);
  }

  @Override
  public void unknown() {
    last = UNKNOWN;
  }

  private Measured read(ResultSet row) throws SQLException {
    byte[] oldest = row.getBytes("oldest_event");
    return new Measured(
        row.getLong("messages"),
        row.getDouble("message_age"),
        row.getLong("events"),
        oldest == null ? 0 : age(oldest));
  }

  /** The clock of Kafka's brokers or of producers may be ahead of ours. */
  private double age(byte[] origin) {
    Instant written = Instant.ofEpochMilli(Json.read(origin, JsonNode.class).path("time").asLong());
    return Math.max(0, Duration.between(written, clock.instant()).toMillis() / 1000.0);
  }
}
