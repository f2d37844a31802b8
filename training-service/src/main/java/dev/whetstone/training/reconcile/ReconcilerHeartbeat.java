package dev.whetstone.training.reconcile;

import dev.whetstone.kit.sql.Sql;
import dev.whetstone.kit.time.LeaseClock;
import dev.whetstone.training.config.TrainingConfig;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Records that this service lives, and detects its downtime as a gap between two life signs.
 * Workers could not report during it, so the leases that ended in it start anew.
 *
 * <p>Life signs have a timer of their own: a pass of the reconciler that takes long is no downtime,
 * as workers report meanwhile.
 */
@ApplicationScoped
public class ReconcilerHeartbeat {
  private static final Logger LOG = Logger.getLogger(ReconcilerHeartbeat.class);

  /** The longest pause of a worker between two reports that fail, and one report. */
  private static final Duration REPORT_PAUSE = Duration.ofSeconds(15);

  private static final String RECORD =
      """
      insert into control_plane (id, last_pass_at, alive_at) values (1, ?, ?)
      on conflict (id) do update set alive_at = greatest(control_plane.alive_at, excluded.alive_at)
      """;
  private static final String RECORD_PASS =
      RECORD + ", last_pass_at = greatest(control_plane.last_pass_at, excluded.last_pass_at)";

  private final Sql sql;
  private final LeaseClock clock;
  private final TrainingConfig config;

  public ReconcilerHeartbeat(Sql sql, LeaseClock clock, TrainingConfig config) {
    this.sql = sql;
    this.clock = clock;
    this.config = config;
  }

  /** Records a life sign between passes. */
  @Scheduled(
      every = "${whetstone.training.life-sign-every:5s}",
      concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
  public void sign() {
    QuarkusTransaction.requiringNew().run(() -> record(RECORD));
  }

  /** Records a pass of the reconciler, which is a life sign too. */
  public void beat() {
    QuarkusTransaction.requiringNew().run(() -> record(RECORD_PASS));
  }

  /** When the reconciler made its last pass. */
  public Optional<Instant> lastPass() {
    return sql.first(
        "select last_pass_at from control_plane where id = 1",
        row -> Sql.instant(row, "last_pass_at"));
  }

  private void record(String statement) {
    Instant now = clock.now();
    Optional<Instant> last =
        sql.first(
            "select alive_at from control_plane where id = 1 for update",
            row -> Sql.instant(row, "alive_at"));
    if (last.isPresent()) {
      Duration gap = Duration.between(last.get(), now);
      if (gap.compareTo(config.downtime()) > 0) {
        int leases = grantGrace(last.get(), now, now.plus(REPORT_PAUSE));
        LOG.infof("downtime-detected gap=%s leases-given-grace=%d", gap, leases);
      }
    }
    sql.update(statement, now, now);
  }

  /**
   * Forgets a time in which no worker could report: its length is added to every progress deadline,
   * and each lease that ended in it starts anew. A lease that had ended before gets nothing.
   *
   * @param soon a lease that ends before this, after {@code until}, counts as ended too, because
   *     its worker needs that long to notice that reports are answered again
   */
  private int grantGrace(Instant from, Instant until, Instant soon) {
    sql.update(
        """
        update attempt set progress_at = least(?, progress_at + (?::timestamptz - ?::timestamptz))
        where state = 'live'
        """,
        until,
        until,
        from);
    return sql.update(
        """
        update attempt set lease_until = ?::timestamptz + make_interval(secs => lease_seconds)
        where state = 'live' and lease_until >= ? and lease_until < ?
        """,
        until,
        from,
        soon);
  }
}
