package dev.whetstone.kit.outbox;

import dev.whetstone.kit.sql.Sql;
import io.quarkus.arc.properties.IfBuildProperty;
import jakarta.enterprise.context.ApplicationScoped;

/**
 * Identifies the time between two restores of the service's database. After a restore numbers are
 * given out again, and the epoch keeps ids that are derived from them apart.
 */
@ApplicationScoped
@IfBuildProperty(name = "whetstone.database", stringValue = "true")
public class DatabaseEpoch {
  private final Sql sql;

  public DatabaseEpoch(Sql sql) {
    this.sql = sql;
  }

  /**
   * The id of an event that is derived from numbers of this database; the same within an epoch.
   *
   * @param derived for example {@code loop-support-3}
   */
  public String eventId(String derived) {
    return derived + "-" + current();
  }

  /** Read each time: a restore renews it, and events that need it are rare. */
  public String current() {
    return sql.query("select epoch from database_epoch", row -> row.getString(1)).getFirst();
  }

  /** Whether the service's state was published in this epoch. */
  public boolean announced() {
    return sql.query("select announced from database_epoch", row -> row.getBoolean(1)).getFirst();
  }

  /** In the caller's transaction, which publishes the service's state. */
  public void markAnnounced() {
    sql.update("update database_epoch set announced = true");
  }
}
