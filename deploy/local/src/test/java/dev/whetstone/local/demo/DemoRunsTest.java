package dev.whetstone.local.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whetstone.local.demo.ProductApp.Refusal;
import dev.whetstone.local.stack.Ports;
import dev.whetstone.local.stack.StackException;
import dev.whetstone.local.stack.StackOptions;
import dev.whetstone.local.terminal.Terminal;
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

class DemoRunsTest {
  private static final Refusal WITH_PLACE = new Refusal("missing-field", "/0/value", "");
  private static final Refusal WITHOUT_PLACE = new Refusal("too-large", "", "");

  @TempDir private Path folder;
  private final ByteArrayOutputStream said = new ByteArrayOutputStream();
  private final Terminal terminal =
      new Terminal(new PrintStream(said, true, StandardCharsets.UTF_8), false);

  @Test
  void shouldNotLeaveTheFiguresOfAFormerDemo() throws IOException {
    StackOptions options =
        StackOptions.standard(Path.of("../..")).at(folder.resolve("home"), Ports.free());
    Path demo = Files.createDirectories(options.home().demo());
    Files.writeString(demo.resolve("summary.json"), "{}");
    Files.writeString(demo.resolve("summary-seed-2.json"), "{}");

    // No service runs, so that it fails.
    assertThatThrownBy(() -> new DemoRuns(options, "key", terminal, Clock.systemUTC()).play(1, 1))
        .isInstanceOf(StackException.class)
        .hasMessageContaining("does not answer");

    assertThat(demo).isEmptyDirectory();
  }

  @Test
  void shouldPlayTheOtherSeedsWhateverHappensToOne() {
    assertThatThrownBy(
            () ->
                DemoRuns.playEach(
                    1,
                    3,
                    seed -> {
                      if (seed == 2) {
                        throw new IllegalStateException("nobody foresaw this");
                      }
                      return DemoSummaryTest.summary(seed, 0.97);
                    },
                    terminal))
        .isInstanceOf(StackException.class)
        .hasMessageContaining("1 of 3 seeds failed: [2]");

    assertThat(said.toString(StandardCharsets.UTF_8))
        .contains("seed 2: java.lang.IllegalStateException: nobody foresaw this")
        .contains("Over 2 seeds");
  }

  @Test
  void shouldExpectThatOnlyWhatIsMalformedIsRefused() {
    assertThat(Demo.areOf(1, List.of(WITH_PLACE))).isTrue();
    assertThat(Demo.areOf(0, List.of())).isTrue();
    assertThat(Demo.areOf(1, List.of())).isFalse();
    assertThat(Demo.areOf(1, List.of(WITH_PLACE, WITH_PLACE))).isFalse();
    assertThat(Demo.areOf(1, List.of(WITHOUT_PLACE))).isFalse();
  }
}
