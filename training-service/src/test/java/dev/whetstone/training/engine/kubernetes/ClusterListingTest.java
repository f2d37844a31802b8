package dev.whetstone.training.engine.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ClusterListingTest {
  private static final long LIMIT_SECONDS = 20;

  private final AtomicInteger reads = new AtomicInteger();

  @Test
  void shouldAnswerFromOneListingUntilSomethingChanges() {
    ClusterListing listing = new ClusterListing(this::read, Duration.ofHours(1));

    listing.recent();
    listing.recent();
    assertThat(reads).hasValue(1);

    listing.changed();
    listing.recent();
    assertThat(reads).hasValue(2);
  }

  @Test
  void shouldListAgainWithoutAWatchOnceTheListingIsOld() {
    ClusterListing listing = new ClusterListing(this::read, Duration.ZERO);

    listing.recent();
    listing.recent();

    assertThat(reads).hasValue(2);
  }

  @Test
  void shouldAnswerAQuestionFromAListingThatBeganAfterItAndShareThat() throws Exception {
    CountDownLatch first = new CountDownLatch(1);
    AtomicInteger asking = new AtomicInteger();
    ClusterListing listing =
        new ClusterListing(
            () -> {
              ClusterSnapshot seen = read();
              if (reads.get() == 1) {
                hold(first);
              }
              return seen;
            },
            Duration.ofHours(1));
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      CompletableFuture<ClusterSnapshot> slow =
          CompletableFuture.supplyAsync(listing::fresh, callers);
      await().until(() -> reads.get() == 1);
      List<CompletableFuture<ClusterSnapshot>> later =
          IntStream.range(0, 20)
              .mapToObj(
                  _ ->
                      CompletableFuture.supplyAsync(
                          () -> {
                            asking.incrementAndGet();
                            return listing.fresh();
                          },
                          callers))
              .toList();
      await().until(() -> asking.get() == 20);
      first.countDown();
      long before = slow.get(LIMIT_SECONDS, TimeUnit.SECONDS).startedAt();
      for (CompletableFuture<ClusterSnapshot> caller : later) {
        assertThat(caller.get(LIMIT_SECONDS, TimeUnit.SECONDS).startedAt()).isGreaterThan(before);
      }
    }
    assertThat(reads.get()).as("20 callers share listings").isBetween(2, 10);
  }

  private ClusterSnapshot read() {
    reads.incrementAndGet();
    return new ClusterSnapshot(Map.of(), Optional.empty(), System.nanoTime());
  }

  private static void hold(CountDownLatch latch) {
    try {
      assertThat(latch.await(LIMIT_SECONDS, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
