package dev.whetstone.kit.trace;

import io.quarkus.arc.properties.IfBuildProperty;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import org.jboss.logging.Logger;

/** Deletes trace contexts whose time is over, also those from when tracing was still on. */
@ApplicationScoped
@IfBuildProperty(name = "whetstone.database", stringValue = "true")
public class TracePruning {
  private static final Logger LOG = Logger.getLogger(TracePruning.class);

  /** Few enough for a short transaction. */
  private static final int CHUNK = 10_000;

  private final TraceContextRepository contexts;
  private final TracingConfig config;
  private final Clock clock;

  public TracePruning(TraceContextRepository contexts, TracingConfig config, Clock clock) {
    this.contexts = contexts;
    this.config = config;
    this.clock = clock;
  }

  @Scheduled(
      every = "${whetstone.tracing.prune-every:1h}",
      delayed = "10m",
      concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
  void prune() {
    Instant before = clock.instant().minus(config.keep());
    long pruned = 0;
    int deleted;
    do {
      deleted = contexts.deleteOlderThan(before, CHUNK);
      pruned += deleted;
    } while (deleted == CHUNK);
    if (pruned > 0) {
      LOG.infof("trace-contexts-pruned rows=%d before=%s", pruned, before);
    }
  }
}
