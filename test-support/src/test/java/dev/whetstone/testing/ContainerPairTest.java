package dev.whetstone.testing;

import static org.assertj.core.api.Assertions.assertThatCode;

import org.junit.jupiter.api.Test;

class ContainerPairTest {
  /** With another version Testcontainers finds no running engine and reports no cause. */
  @Test
  void shouldHaveTheDockerClientThatTestcontainersWasBuiltFor() {
    assertThatCode(() -> Class.forName("org.testcontainers.DelegatingDockerClient").getMethods())
        .doesNotThrowAnyException();
  }
}
