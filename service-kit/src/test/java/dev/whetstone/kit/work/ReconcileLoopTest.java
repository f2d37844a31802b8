package dev.whetstone.kit.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ReconcileLoopTest {
  private final ReconcileLoop loop =
      new ReconcileLoop("test", Logger.getLogger(ReconcileLoopTest.class));

  @AfterEach
  void stop() {
    loop.stop();
  }

  @Test
  void shouldKeepAFailingItemFromStoppingTheOthers() {
    List<String> done = new ArrayList<>();

    boolean passed =
        loop.pass(
            () ->
                List.of("a", "b", "c")
                    .forEach(
                        item ->
                            loop.step(
                                item,
                                () -> {
                                  if (item.equals("b")) {
                                    throw new IllegalStateException("b is broken");
                                  }
                                  return done.add(item);
                                })));

    assertThat(passed).isTrue();
    assertThat(done).containsExactly("a", "c");
  }

  @Test
  void shouldSurviveAFailingPass() {
    AtomicInteger passes = new AtomicInteger();

    assertThat(
            loop.pass(
                () -> {
                  throw new IllegalStateException("no database");
                }))
        .isFalse();
    assertThat(loop.pass(passes::incrementAndGet)).isTrue();
    assertThat(passes).hasValue(1);
  }

  @Test
  void shouldSkipAPassWhileThePreviousOneRuns() {
    AtomicBoolean second = new AtomicBoolean();

    loop.pass(() -> second.set(loop.pass(() -> {})));

    assertThat(second).isFalse();
    assertThat(loop.pass(() -> {})).isTrue();
  }

  @Test
  void shouldRepeatAStepUntilNothingIsLeft() {
    AtomicInteger left = new AtomicInteger(4);

    loop.untilIdle("a", () -> left.decrementAndGet() > 0);

    assertThat(left).hasValue(0);
  }

  @Test
  void shouldRunOneWorkAtATimeForEachItem() throws InterruptedException {
    CountDownLatch started = new CountDownLatch(2);
    CountDownLatch release = new CountDownLatch(1);
    Runnable work =
        () -> {
          started.countDown();
          awaitQuietly(release);
        };

    assertThat(loop.start("a", work)).isTrue();
    assertThat(loop.start("a", work)).isFalse();
    assertThat(loop.start("b", work)).isTrue();
    assertThat(started.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(loop.isBusy("a")).isTrue();

    release.countDown();
    await().until(() -> !loop.isBusy("a") && !loop.isBusy("b"));
    assertThat(loop.start("a", () -> {})).isTrue();
  }

  @Test
  void shouldFreeAnItemWhoseWorkFailed() {
    loop.start(
        "a",
        () -> {
          throw new IllegalStateException("broken");
        });

    await().until(() -> !loop.isBusy("a"));
    assertThat(loop.start("a", () -> {})).isTrue();
  }

  @Test
  void shouldInterruptThreadsAndBeginNothingAfterStop() throws InterruptedException {
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch interrupted = new CountDownLatch(1);
    loop.start(
        "a",
        () -> {
          started.countDown();
          if (!awaitQuietly(new CountDownLatch(1))) {
            interrupted.countDown();
          }
        });
    assertThat(started.await(10, TimeUnit.SECONDS)).isTrue();

    loop.stop();

    assertThat(interrupted.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(loop.isStopping()).isTrue();
    assertThat(loop.pass(() -> {})).isFalse();
    assertThat(loop.step("a", () -> true)).isFalse();
    assertThat(loop.start("a", () -> {})).isFalse();
  }

  private static boolean awaitQuietly(CountDownLatch latch) {
    try {
      return latch.await(30, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
