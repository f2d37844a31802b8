package dev.whetstone.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whetstone.cli.stack.StackOptions;
import dev.whetstone.cli.terminal.Terminal;
import dev.whetstone.client.RemedyException;
import dev.whetstone.client.api.StackPorts;
import dev.whetstone.demo.traffic.ProductApp.Refusal;
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
  private static final Refusal WITH_PLACE = new Refusal("missing-field", "/0/value", "");
  private static final Refusal WITHOUT_PLACE = new Refusal("too-large", "", "");

  @TempDir private Path folder;
  private final ByteArrayOutputStream said = new ByteArrayOutputStream();
  private final Terminal terminal =
      new Terminal(new PrintStream(said, true, StandardCharsets.UTF_8), false);

  @Test
  void shouldNotLeaveTheFiguresOfAFormerDemo() throws IOException {
    StackOptions options =
        StackOptions.standard(Path.of("../../..")).at(folder.resolve("home"), StackPorts.free());
    Path demo = Files.createDirectories(options.home().demo());
    Files.writeString(demo.resolve("summary.json"), "{}");
    Files.writeString(demo.resolve("summary-seed-2.json"), "{}");

    // No service runs, so that it fails.
    assertThatThrownBy(() -> new DemoSeries(options, "key", terminal, Clock.systemUTC()).play(1, 1))
        .isInstanceOf(RemedyException.class)
        .hasMessageContaining("does not answer");

    assertThat(demo).isEmptyDirectory();
  }

  @Test
  void shouldPlayTheOtherSeedsWhateverHappensToOne() {
    assertThatThrownBy(
            () ->
                DemoSeries.playEach(
                    1,
                    3,
                    seed -> {
                      if (seed == 2) {
                        throw new IllegalStateException("nobody foresaw this");
                      }
                      return DemoSummaryTest.summary(seed, 0.97);
                    },
                    terminal))
        .isInstanceOf(RemedyException.class)
        .hasMessageContaining("1 of 3 seeds failed: [2]");

    assertThat(said.toString(StandardCharsets.UTF_8))
        .contains("seed 2: java.lang.IllegalStateException: nobody foresaw this")
        .contains("Over 2 seeds");
  }

  @Test
  void shouldExpectThatOnlyWhatIsMalformedIsRefused() {
    assertThat(DemoRun.areOf(1, List.of(WITH_PLACE))).isTrue();
    assertThat(DemoRun.areOf(0, List.of())).isTrue();
    assertThat(DemoRun.areOf(1, List.of())).isFalse();
    assertThat(DemoRun.areOf(1, List.of(WITH_PLACE, WITH_PLACE))).isFalse();
    assertThat(DemoRun.areOf(1, List.of(WITHOUT_PLACE))).isFalse();
  }
}
