package dev.whetstone.curation.cut;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.whetstone.kit.sql.Sql;
import dev.whetstone.testing.InfrastructureResource;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/** Blobs are not deleted between their writing and the row that refers to them. */
@QuarkusTest
@WithTestResource(InfrastructureResource.class)
class BlobLockTest {
  @Inject BlobLock blobs;
  @Inject Sql sql;

  @Test
  void shouldDeleteOnlyWhenEveryWriterIsDone() throws Exception {
    List<String> order = new CopyOnWriteArrayList<>();
    CountDownLatch bothWrite = new CountDownLatch(2);
    CountDownLatch written = new CountDownLatch(1);
    List<CompletableFuture<Boolean>> writers =
        List.of(
            async(() -> blobs.whileWriting(() -> write(order, bothWrite, written))),
            async(() -> blobs.whileWriting(() -> write(order, bothWrite, written))));
    bothWrite.await();
    CompletableFuture<Boolean> deletion =
        async(() -> blobs.whileDeleting(() -> order.add("deleted")));
    await().atMost(Duration.ofSeconds(8)).until(this::someoneWaits);
    assertThat(order).isEmpty();

    written.countDown();

    assertThat(deletion.get()).isTrue();
    assertThat(writers.get(0).get() && writers.get(1).get()).isTrue();
    assertThat(order).containsExactly("written", "written", "deleted");
  }

  @Test
  void shouldRefuseToWriteBlobsInATransaction() {
    QuarkusTransaction.requiringNew()
        .run(
            () ->
                assertThatThrownBy(() -> blobs.whileWriting(() -> true))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("outside of transactions"));
  }

  @Test
  void shouldReleaseTheLockWhenTheWorkFails() {
    assertThatThrownBy(
            () ->
                blobs.whileDeleting(
                    () -> {
                      throw new IllegalArgumentException("the store is away");
                    }))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(blobs.whileWriting(() -> true)).isTrue();
    assertThat(blobs.whileDeleting(() -> true)).isTrue();
  }

  private static boolean write(
      List<String> order, CountDownLatch bothWrite, CountDownLatch written) {
    bothWrite.countDown();
    try {
      written.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    return order.add("written");
  }

  private boolean someoneWaits() {
    return sql.first(
            "select 1 from pg_locks where locktype = 'advisory' and not granted and database ="
                + " (select oid from pg_database where datname = current_database())",
            _ -> true)
        .orElse(false);
  }

  private static CompletableFuture<Boolean> async(BooleanSupplier work) {
    return CompletableFuture.supplyAsync(
        work::getAsBoolean, task -> Thread.ofVirtual().start(task));
  }
}
