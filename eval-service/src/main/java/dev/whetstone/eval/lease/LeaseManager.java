package dev.whetstone.eval.lease;

import dev.whetstone.eval.config.EvalConfig;
import dev.whetstone.kit.id.IdGenerator;
import dev.whetstone.kit.sql.Sql;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * Lets one worker at a time drive a loop's long work. A lease is measured by the database's clock
 * and renewed while its work runs, so that a killed worker's lease ends by itself. It saves double
 * work; what must never happen twice is held by unique keys and compare-and-set.
 */
@ApplicationScoped
public class LeaseManager {
  private static final Logger LOG = Logger.getLogger(LeaseManager.class);
  private static final String CLAIM =
      """
      insert into work_lease (name, owner, until)
      values (?, ?, clock_timestamp() + ? * interval '1 millisecond')
      on conflict (name) do update set owner = excluded.owner, until = excluded.until
      where work_lease.owner = excluded.owner or work_lease.until < clock_timestamp()
      """;
  private static final String RELEASE = "delete from work_lease where name = ? and owner = ?";
  private final Sql sql;
  private final String owner;
  private final long milliseconds;

  public LeaseManager(Sql sql, IdGenerator ids, EvalConfig config) {
    this.sql = sql;
    this.owner = ids.next("eval-");
    this.milliseconds = config.lease().toMillis();
  }

  /** Runs the work when nobody else holds the lease; says whether it did. */
  public boolean run(String name, Runnable work) {
    if (!claim(name)) {
      return false;
    }
    try {
      runRenewing(name, work);
    } finally {
      sql.update(RELEASE, name, owner);
    }
    return true;
  }

  private void runRenewing(String name, Runnable work) {
    try (ScheduledExecutorService renewals =
        Executors.newSingleThreadScheduledExecutor(Thread.ofVirtual().factory())) {
      var renewal =
          renewals.scheduleAtFixedRate(
              () -> renew(name), milliseconds / 3, milliseconds / 3, TimeUnit.MILLISECONDS);
      try {
        work.run();
      } finally {
        renewal.cancel(false);
        renewals.shutdownNow();
      }
    }
  }

  private boolean claim(String name) {
    return sql.update(CLAIM, name, owner, milliseconds) == 1;
  }

  private void renew(String name) {
    try {
      if (!claim(name)) {
        LOG.warnf("lease-lost name=%s", name);
      }
    } catch (RuntimeException e) {
      LOG.warnf("lease-not-renewed name=%s reason=%s", name, e.getMessage());
    }
  }
}
