package dev.whetstone.client.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class StackPortsTest {
  /** Linux gives ports from 32768 on to programs that ask for any, macOS from 49152 on. */
  @Test
  void shouldGiveFreePortsThatNoProgramGetsByAskingForAny() {
    StackPorts free = StackPorts.free();

    assertThat(Stream.of(free.argument().split(",")).map(Integer::valueOf))
        .hasSize(12)
        .doesNotHaveDuplicates()
        .allMatch(port -> port >= 20_000 && port < 30_000);
    assertThat(StackPorts.parse(free.argument())).isEqualTo(free);
  }
}
