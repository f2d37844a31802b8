package dev.whetstone.kit.inbox;

import dev.whetstone.kit.sql.Sql;
import io.quarkus.arc.properties.IfBuildProperty;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * Deletes keys whose events cannot be read again: those older than the longest topic retention (a
 * year) plus the join window.
 */
@ApplicationScoped
@IfBuildProperty(name = "whetstone.database", stringValue = "true")
public class InboxPruning {
  private static final Logger LOG = Logger.getLogger(InboxPruning.class);

  /** Few enough for a short transaction, so that consumers do not wait for it. */
  private static final int CHUNK = 10_000;

  private static final String DELETE =
      """
      delete from inbox where (event_key, topic) in
        (select event_key, topic from inbox where received_at < ? order by received_at limit %d)
      """
          .formatted(CHUNK);

  private final Sql sql;
  private final Clock clock;
  private final Duration keep;

  /**
   * @param keep longer than every topic's retention plus every loop's join window; otherwise an
   *     event that is read again takes effect again
   */
  public InboxPruning(
      Sql sql,
      Clock clock,
      @ConfigProperty(name = "whetstone.inbox.keep", defaultValue = "P400D") Duration keep) {
    this.sql = sql;
    this.clock = clock;
    this.keep = keep;
  }

  @Scheduled(
      every = "${whetstone.inbox.prune-every:1h}",
      delayed = "10m",
      concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
  void prune() {
    Instant before = clock.instant().minus(keep);
    long pruned = 0;
    int deleted;
    do {
      deleted = sql.updateInNewTransaction(DELETE, before);
      pruned += deleted;
    } while (deleted == CHUNK);
    if (pruned > 0) {
      LOG.infof("inbox-pruned keys=%d before=%s", pruned, before);
    }
  }
}
