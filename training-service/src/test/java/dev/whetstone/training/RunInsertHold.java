package dev.whetstone.training;

import static org.awaitility.Awaitility.await;

import dev.whetstone.kit.sql.Sql;
import java.time.Duration;

/**
 * Delays an insert of a run just before its commit, as a slow machine might: the insert waits for a
 * row of a test table until the test releases it.
 */
final class RunInsertHold implements AutoCloseable {
  private final Sql sql;

  private RunInsertHold(Sql sql) {
    this.sql = sql;
  }

  static RunInsertHold take(Sql sql) {
    sql.updateInNewTransaction("create table test_hold (held boolean)");
    sql.updateInNewTransaction("insert into test_hold values (true)");
    sql.updateInNewTransaction(
        """
        create function test_hold() returns trigger language plpgsql as
        $$ begin
          perform pg_advisory_lock_shared(4711);
          while (select held from test_hold) loop
            perform pg_sleep(0.02);
          end loop;
          perform pg_advisory_unlock_shared(4711);
          return new;
        end $$
        """);
    sql.updateInNewTransaction(
        "create trigger test_hold before insert on run for each row execute function test_hold()");
    return new RunInsertHold(sql);
  }

  void awaitPlanner() {
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> any("select 1 from pg_locks where locktype = 'advisory' and objid = 4711"));
  }

  /** Whether a decision or an erasure waits for a lock, as on the rows that the planner holds. */
  boolean isAnyoneBlocked() {
    return any(
        """
        select 1 from pg_stat_activity where wait_event_type = 'Lock'
          and (query like '%batch%' or query like '%checkpoint%')
        """);
  }

  void release() {
    sql.updateInNewTransaction("update test_hold set held = false");
  }

  @Override
  public void close() {
    release();
    sql.updateInNewTransaction("drop function test_hold() cascade");
    sql.updateInNewTransaction("drop table test_hold");
  }

  private boolean any(String query) {
    return sql.first(query, row -> true).orElse(false);
  }
}
