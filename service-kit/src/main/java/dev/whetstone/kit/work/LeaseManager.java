package dev.whetstone.kit.work;

import dev.whetstone.kit.sql.Sql;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * Lets one worker at a time do a named piece of long work, through the service's table {@code
 * work_lease (name, owner, until)}. A lease is measured by the database's clock and renewed while
 * its work runs, so that the lease of a killed worker expires. It only saves double work: what must
 * never happen twice needs a unique key or a compare-and-set.
 */
public final class LeaseManager {
  private static final Logger LOG = Logger.getLogger(LeaseManager.class);

  /** A lease is renewed this often within its duration. */
  private static final int RENEWALS = 3;

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

  /**
   * @param owner unique to this process
   * @param duration of a lease whose worker was killed
   */
  public LeaseManager(Sql sql, String owner, Duration duration) {
    if (duration.toMillis() < RENEWALS) {
      throw new IllegalArgumentException("a lease needs at least 3 ms, not " + duration);
    }
    this.sql = sql;
    this.owner = owner;
    this.milliseconds = duration.toMillis();
  }

  /**
   * Runs the work unless another worker holds the lease. Call it outside a transaction.
   *
   * @return whether the work was run
   */
  public boolean run(String name, Runnable work) {
    if (!claim(name)) {
      return false;
    }
    try {
      runRenewing(name, work);
    } finally {
      release(name);
    }
    return true;
  }

  /**
   * Claims or renews a lease and keeps it until it expires, for work that is repeated more often
   * than that. Call it before each repetition, outside a transaction.
   *
   * @return whether this process holds the lease
   */
  public boolean hold(String name) {
    return claim(name);
  }

  private void runRenewing(String name, Runnable work) {
    try (ScheduledExecutorService renewals =
        Executors.newSingleThreadScheduledExecutor(Thread.ofVirtual().factory())) {
      long every = milliseconds / RENEWALS;
      var renewal =
          renewals.scheduleAtFixedRate(() -> renew(name), every, every, TimeUnit.MILLISECONDS);
      try {
        work.run();
      } finally {
        renewal.cancel(false);
        // A renewal that is under way ends first: interrupted, it would close its connection.
        renewals.shutdown();
      }
    }
  }

  private boolean claim(String name) {
    return sql.updateInNewTransaction(CLAIM, name, owner, milliseconds) == 1;
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

  /** A lease that cannot be released expires; the outcome of the work counts, not this failure. */
  private void release(String name) {
    try {
      sql.updateInNewTransaction(RELEASE, name, owner);
    } catch (RuntimeException e) {
      LOG.warnf("lease-not-released name=%s reason=%s", name, e.getMessage());
    }
  }
}
