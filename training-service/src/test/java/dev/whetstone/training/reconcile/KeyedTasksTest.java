package dev.whetstone.training.reconcile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class KeyedTasksTest {
  private static final Duration LIMIT = Duration.ofSeconds(20);

  private final CountDownLatch release = new CountDownLatch(1);
  private final AtomicInteger started = new AtomicInteger();
  private final KeyedTasks<String> tasks = new KeyedTasks<>(2);

  @Test
  void shouldRunOneTaskPerKeyAtATime() throws Exception {
    CompletableFuture<Void> first = tasks.submit("run-1", this::block);
    CompletableFuture<Void> second = tasks.submit("run-1", this::block);

    assertThat(second).isSameAs(first);
    release.countDown();
    first.get(20, TimeUnit.SECONDS);
    assertThat(started).hasValue(1);

    tasks.submit("run-1", started::incrementAndGet).get(20, TimeUnit.SECONDS);
    assertThat(started).hasValue(2);
  }

  @Test
  void shouldRunOtherKeysWhileOneTaskIsBlocked() throws Exception {
    CompletableFuture<Void> slow = tasks.submit("slow", this::block);

    tasks.submit("fast", started::incrementAndGet).get(20, TimeUnit.SECONDS);

    assertThat(slow).isNotDone();
    assertThat(tasks.awaitAll(Duration.ofMillis(1))).isFalse();
    release.countDown();
    assertThat(tasks.awaitAll(LIMIT)).isTrue();
  }

  @Test
  void shouldBoundTheTasksThatRunAtTheSameTime() throws Exception {
    List<CompletableFuture<Void>> all =
        IntStream.range(0, 10).mapToObj(i -> tasks.submit("run-" + i, this::block)).toList();

    await().atMost(LIMIT).until(() -> started.get() == 2);
    assertThat(all).noneMatch(CompletableFuture::isDone);
    release.countDown();
    assertThat(tasks.awaitAll(LIMIT)).isTrue();
    assertThat(started).hasValue(10);
  }

  @Test
  void shouldFreeTheKeyOfATaskThatFails() throws Exception {
    CompletableFuture<Void> failing =
        tasks.submit(
            "run-1",
            () -> {
              throw new AssertionError("forced by the test");
            });

    failing.get(20, TimeUnit.SECONDS);
    tasks.submit("run-1", started::incrementAndGet).get(20, TimeUnit.SECONDS);
    assertThat(started).hasValue(1);
  }

  @Test
  void shouldRefuseABoundOfNoTasks() {
    assertThatThrownBy(() -> new KeyedTasks<String>(0))
        .hasMessageContaining("whetstone.training.max-concurrent-steps", "at least 1");
  }

  private void block() {
    started.incrementAndGet();
    try {
      if (!release.await(20, TimeUnit.SECONDS)) {
        throw new IllegalStateException("the test did not release the task");
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
