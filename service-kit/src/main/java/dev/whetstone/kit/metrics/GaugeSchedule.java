package dev.whetstone.kit.metrics;

import dev.whetstone.kit.sql.DatabaseException;
import io.quarkus.arc.All;
import io.quarkus.arc.properties.IfBuildProperty;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import org.jboss.logging.Logger;

/**
 * Measures gauges on a schedule, so that a request for metrics is answered without the database and
 * costs it nothing.
 */
@ApplicationScoped
@IfBuildProperty(name = "whetstone.database", stringValue = "true")
public class GaugeSchedule {
  private static final Logger LOG = Logger.getLogger(GaugeSchedule.class);
  private final List<GaugeSource> sources;

  public GaugeSchedule(@All List<GaugeSource> sources) {
    this.sources = sources;
  }

  @Scheduled(
      identity = "gauges",
      every = "${whetstone.metrics.measure-every:10s}",
      concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
  void measure() {
    for (GaugeSource source : sources) {
      try {
        source.measure();
      } catch (DatabaseException e) {
        source.unknown();
        LOG.debugf("gauges-unknown reason=%s", e.getMessage());
      }
    }
  }
}
