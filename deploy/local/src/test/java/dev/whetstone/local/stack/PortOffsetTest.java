package dev.whetstone.local.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PortOffsetTest {
  @TempDir private Path folder;
  private StackHome home;

  @BeforeEach
  void home() {
    home = new StackHome(folder);
    home.create();
  }

  @Test
  void shouldBeRememberedWhileTheStackRuns() {
    assertThat(PortOffset.of(home, null)).isZero();

    PortOffset.remember(shifted(2000), false);
    assertThat(PortOffset.of(home, null)).isEqualTo(2000);
    assertThat(PortOffset.of(home, "3000")).isEqualTo(3000);

    home.forgetRun();
    assertThat(PortOffset.of(home, null)).isZero();
  }

  @Test
  void shouldNotChangeUnderARunningStack() {
    PortOffset.remember(shifted(2000), false);

    assertThatThrownBy(() -> PortOffset.remember(shifted(0), true))
        .isInstanceOf(StackException.class)
        .hasMessageContaining("WHETSTONE_PORT_OFFSET=2000")
        .hasMessageContaining("./whetstone down");
    PortOffset.remember(shifted(2000), true);
  }

  @Test
  void shouldNameWhatIsNoNumber() {
    assertThatThrownBy(() -> PortOffset.of(home, "many"))
        .isInstanceOf(StackException.class)
        .hasMessageContaining("WHETSTONE_PORT_OFFSET is 'many'");
  }

  private StackOptions shifted(int offset) {
    return StackOptions.standard(Path.of("../.."))
        .at(home.directory(), Ports.standard().shifted(offset));
  }
}
