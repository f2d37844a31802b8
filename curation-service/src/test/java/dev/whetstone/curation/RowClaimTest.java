package dev.whetstone.curation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.contracts.envelope.Event;
import dev.whetstone.curation.fate.Fate;
import dev.whetstone.curation.fate.Receipt;
import dev.whetstone.curation.fate.ReceiptRepository;
import dev.whetstone.curation.reconcile.CurationReconciler;
import dev.whetstone.kit.time.MutableClock;
import dev.whetstone.testing.InfrastructureResource;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Two workers share thousands of rows: none is taken twice, none is left. */
@QuarkusTest
@WithTestResource(InfrastructureResource.class)
class RowClaimTest {
  private static final Instant AT = TestClock.START;
  private static final int ROWS = 3_000;

  @Inject EventFeed feed;
  @Inject CurationReconciler reconciler;
  @Inject ReceiptRepository receipts;
  @Inject MutableClock clock;

  @Test
  void shouldGiveEachExpiredRowToOneWorker() throws Exception {
    clock.set(AT);
    var send = TestEvents.of("acme", "claims");
    feed.declare(send.declared(""));
    List<Event<?>> thumbs = new ArrayList<>();
    for (int i = 0; i < ROWS; i++) {
      thumbs.add(send.thumb("f" + i, "nowhere" + i, "user" + i % 100, AT, true));
    }
    for (int i = 0; i < ROWS; i += 500) {
      feed.take(thumbs.subList(i, i + 500));
    }
    clock.advance(Duration.ofDays(8));

    var claimed = new ConcurrentLinkedQueue<String>();
    var bothHold = new CyclicBarrier(2);
    List<Thread> workers = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      workers.add(Thread.ofVirtual().start(() -> claimAndWait(claimed, bothHold)));
    }
    for (Thread worker : workers) {
      worker.join();
    }
    assertThat(claimed).hasSizeGreaterThanOrEqualTo(1_500).doesNotHaveDuplicates();

    List<Thread> reconcilers = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      reconcilers.add(Thread.ofVirtual().start(reconciler::reconcile));
    }
    for (Thread worker : reconcilers) {
      worker.join();
    }
    assertThat(receipts.counts(send.loop()))
        .containsOnly(java.util.Map.entry(Fate.REJECTED, (long) ROWS));
  }

  /** Claims rows and keeps them claimed until the other worker has claimed too. */
  private void claimAndWait(ConcurrentLinkedQueue<String> claimed, CyclicBarrier bothHold) {
    QuarkusTransaction.requiringNew()
        .run(
            () -> {
              for (Receipt receipt : receipts.claimExpired(clock.instant(), 1_000)) {
                claimed.add(receipt.key().text());
              }
              try {
                int ignored = bothHold.await(30, TimeUnit.SECONDS);
              } catch (Exception e) {
                throw new IllegalStateException(e);
              }
            });
  }
}
