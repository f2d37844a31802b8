package dev.whetstone.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whetstone.cli.stack.StackOptions;
import dev.whetstone.cli.terminal.Terminal;
import dev.whetstone.client.RemedyException;
import dev.whetstone.client.api.StackPorts;
import dev.whetstone.demo.traffic.ProductApp.Rejection;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoSeriesTest {
  private static final Rejection WITH_PLACE = new Rejection("missing-field", "/0/value", "");
  private static final Rejection WITHOUT_PLACE = new Rejection("too-large", "", "");

  @TempDir private Path folder;
  private final ByteArrayOutputStream output = new ByteArrayOutputStream();
  private final Terminal terminal =
      new Terminal(new PrintStream(output, true, StandardCharsets.UTF_8), false);

  @Test
  void shouldDeleteTheSummariesOfAnEarlierDemo() throws IOException {
    StackOptions options =
        StackOptions.standard(Path.of("../../..")).at(folder.resolve("home"), StackPorts.free());
    Path demo = Files.createDirectories(options.home().demo());
    Files.writeString(demo.resolve("summary.json"), "{}");
    Files.writeString(demo.resolve("summary-seed-2.json"), "{}");

    // Fails because no service is running.
    assertThatThrownBy(() -> new DemoSeries(options, "key", terminal, Clock.systemUTC()).run(1, 1))
        .isInstanceOf(RemedyException.class)
        .hasMessageContaining("does not answer");

    assertThat(demo).isEmptyDirectory();
  }

  @Test
  void shouldRunTheRemainingSeedsAfterOneFails() {
    assertThatThrownBy(
            () ->
                DemoSeries.runEach(
                    1,
                    3,
                    seed -> {
                      if (seed == 2) {
                        throw new IllegalStateException("unexpected");
                      }
                      return DemoSummaryTest.summary(seed, 0.97);
                    },
                    terminal))
        .isInstanceOf(RemedyException.class)
        .hasMessageContaining("1 of 3 seeds failed: [2]");

    assertThat(output.toString(StandardCharsets.UTF_8))
        .contains("seed 2: java.lang.IllegalStateException: unexpected")
        .contains("Over 2 seeds");
  }

  @Test
  void shouldExpectOnlyMalformedItemsToBeRejected() {
    assertThat(DemoRun.onlyMalformedRejected(1, List.of(WITH_PLACE))).isTrue();
    assertThat(DemoRun.onlyMalformedRejected(0, List.of())).isTrue();
    assertThat(DemoRun.onlyMalformedRejected(1, List.of())).isFalse();
    assertThat(DemoRun.onlyMalformedRejected(1, List.of(WITH_PLACE, WITH_PLACE))).isFalse();
    assertThat(DemoRun.onlyMalformedRejected(1, List.of(WITHOUT_PLACE))).isFalse();
  }
}
