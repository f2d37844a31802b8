package dev.whetstone.cli.stack;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PortOwnersTest {
  private static final String LISTENER =
      "   1: 0100007F:46A2 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0"
          + " 123456 1 0000000000000000 100 0 0 10 0";

  @Test
  void shouldFindTheSocketOfAListener() {
    assertThat(PortOwners.listeningInode(LISTENER, 18082)).contains("123456");
  }

  @Test
  void shouldIgnoreOtherPortsAndEstablishedConnections() {
    assertThat(PortOwners.listeningInode(LISTENER, 18083)).isEmpty();
    assertThat(PortOwners.listeningInode(LISTENER.replace(" 0A ", " 01 "), 18082)).isEmpty();
  }

  @Test
  void shouldSkipLinesWithoutASocket() {
    assertThat(PortOwners.listeningInode("", 18082)).isEmpty();
  }
}
