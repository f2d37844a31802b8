package dev.whetstone.training.reconcile;

import dev.whetstone.kit.sql.Sql;
import dev.whetstone.kit.time.LeaseClock;
import dev.whetstone.training.attempt.AttemptRepository;
import dev.whetstone.training.config.TrainingConfig;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Records the reconciler's passes and detects downtime of this service. Workers could not report
 * during it, so every lease gets one grace period.
 */
@ApplicationScoped
public class ReconcilerHeartbeat {
  private static final Logger LOG = Logger.getLogger(ReconcilerHeartbeat.class);

  private final Sql sql;
  private final AttemptRepository attempts;
  private final LeaseClock clock;
  private final TrainingConfig config;

  public ReconcilerHeartbeat(
      Sql sql, AttemptRepository attempts, LeaseClock clock, TrainingConfig config) {
    this.sql = sql;
    this.attempts = attempts;
    this.clock = clock;
    this.config = config;
  }

  /** Records a pass of the reconciler. */
  public void beat() {
    QuarkusTransaction.requiringNew().run(this::beatOnce);
  }

  /** When the reconciler made its last pass. */
  public Optional<Instant> lastPass() {
    return sql.first(
        "select last_pass_at from control_plane where id = 1",
        row -> Sql.instant(row, "last_pass_at"));
  }

  private void beatOnce() {
    Instant now = clock.now();
    Optional<Instant> last =
        sql.first(
            "select last_pass_at from control_plane where id = 1 for update",
            row -> Sql.instant(row, "last_pass_at"));
    if (last.isPresent()) {
      Duration gap = Duration.between(last.get(), now);
      if (gap.compareTo(config.downtime()) > 0) {
        int live = attempts.grantGrace(now, gap);
        LOG.infof("downtime-detected gap=%s attempts-given-grace=%d", gap, live);
      }
    }
    sql.update(
        """
        insert into control_plane (id, last_pass_at) values (1, ?)
        on conflict (id) do update set last_pass_at = greatest(control_plane.last_pass_at, excluded.last_pass_at)
        """,
        now);
  }
}
