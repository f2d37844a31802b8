package dev.whetstone.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class TerminalTest {
  private final ByteArrayOutputStream output = new ByteArrayOutputStream();
  private final Terminal terminal =
      new Terminal(new PrintStream(output, true, StandardCharsets.UTF_8), true);

  @Test
  void shouldShowProgressWhileWorking() {
    CountDownLatch shown = new CountDownLatch(1);

    String done =
        terminal.during(
            "asking",
            () -> {
              shown.countDown();
              return "3 of 9 questions";
            },
            () -> {
              try {
                shown.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              return "done";
            });

    assertThat(done).isEqualTo("done");
    assertThat(output.toString(StandardCharsets.UTF_8)).contains("asking", "3 of 9 questions");
  }

  @Test
  void shouldFailAsTheWorkDoes() {
    assertThatThrownBy(
            () ->
                terminal.during(
                    "asking",
                    () -> "",
                    () -> {
                      throw new IllegalStateException("no answer");
                    }))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("no answer");
  }
}
