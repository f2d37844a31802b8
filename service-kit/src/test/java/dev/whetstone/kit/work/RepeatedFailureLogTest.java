package dev.whetstone.kit.work;

import static org.assertj.core.api.Assertions.assertThat;

import org.jboss.logging.Logger;
import org.junit.jupiter.api.Test;

class RepeatedFailureLogTest {
  private final RepeatedFailureLog failures =
      new RepeatedFailureLog(
          Logger.getLogger(RepeatedFailureLogTest.class), "test", RepeatedFailureLog::message);

  @Test
  void shouldLogAFailureOnceUntilItChanges() {
    assertThat(failures.failed("a", new IllegalStateException("no disk"))).isTrue();
    assertThat(failures.failed("a", new IllegalStateException("no disk"))).isFalse();
    assertThat(failures.failed("a", new IllegalStateException("no memory"))).isTrue();
    assertThat(failures.failed("a", new IllegalStateException("no disk"))).isTrue();
  }

  @Test
  void shouldLogTheRecoveryOnceAndTheNextFailureAgain() {
    failures.failed("a", new IllegalStateException("no disk"));

    assertThat(failures.succeeded("a")).isTrue();
    assertThat(failures.succeeded("a")).isFalse();
    assertThat(failures.failed("a", new IllegalStateException("no disk"))).isTrue();
  }

  @Test
  void shouldKeepItemsApart() {
    failures.failed("a", new IllegalStateException("no disk"));

    assertThat(failures.failed("b", new IllegalStateException("no disk"))).isTrue();
    assertThat(failures.succeeded("c")).isFalse();
  }

  @Test
  void shouldDescribeAFailureWithoutMessageByItsClass() {
    assertThat(RepeatedFailureLog.message(new IllegalStateException()))
        .isEqualTo("java.lang.IllegalStateException");
  }
}
