package dev.whetstone.training;

import dev.whetstone.kit.sql.Sql;
import io.quarkus.narayana.jta.QuarkusTransaction;
import java.util.concurrent.CountDownLatch;

/** Locks a row, so that a writer waits inside its transaction until the test releases it. */
final class RowHold implements AutoCloseable {
  private final CountDownLatch taken = new CountDownLatch(1);
  private final CountDownLatch over = new CountDownLatch(1);
  private final Thread holder;

  private RowHold(Sql sql, String table, String key, String value) {
    String query = "select 1 from %s where %s = ? for update".formatted(table, key);
    this.holder =
        Thread.ofVirtual()
            .start(
                () ->
                    QuarkusTransaction.requiringNew()
                        .run(
                            () -> {
                              sql.query(query, row -> 1, value);
                              taken.countDown();
                              await(over);
                            }));
  }

  static RowHold take(Sql sql, String table, String key, String value) {
    RowHold hold = new RowHold(sql, table, key, value);
    await(hold.taken);
    return hold;
  }

  void release() throws InterruptedException {
    over.countDown();
    holder.join();
  }

  @Override
  public void close() throws InterruptedException {
    release();
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
