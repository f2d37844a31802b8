package dev.whetstone.cli.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whetstone.client.RemedyException;
import dev.whetstone.client.api.StackPorts;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

    home.deleteRunFiles();
    assertThat(PortOffset.of(home, null)).isZero();
  }

  @Test
  void shouldNotChangeWhileTheStackRuns() {
    PortOffset.remember(shifted(2000), false);

    assertThatThrownBy(() -> PortOffset.remember(shifted(0), true))
        .isInstanceOf(RemedyException.class)
        .hasMessageContaining("WHETSTONE_PORT_OFFSET=2000")
        .hasMessageContaining("./whetstone down");
    PortOffset.remember(shifted(2000), true);
  }

  @Test
  void shouldRefuseAValueThatIsNotANumber() {
    assertThatThrownBy(() -> PortOffset.of(home, "many"))
        .isInstanceOf(RemedyException.class)
        .hasMessageContaining("WHETSTONE_PORT_OFFSET is 'many'");
  }

  @ParameterizedTest
  @ValueSource(strings = {"60000", "47104", "-17058", "2147483647"})
  void shouldRefuseAnOffsetThatYieldsInvalidPorts(String offset) {
    assertThatThrownBy(() -> PortOffset.of(home, offset))
        .isInstanceOf(RemedyException.class)
        .hasMessageContaining("WHETSTONE_PORT_OFFSET is " + offset)
        .hasMessageContaining("-17057 to 47103");
  }

  @ParameterizedTest
  @ValueSource(ints = {-17_057, 0, 47_103})
  void shouldAcceptAnOffsetThatYieldsValidPorts(int offset) {
    assertThat(PortOffset.of(home, Integer.toString(offset))).isEqualTo(offset);
  }

  private StackOptions shifted(int offset) {
    return StackOptions.standard(Path.of("../../.."))
        .at(home.directory(), StackPorts.standard().shifted(offset));
  }
}
